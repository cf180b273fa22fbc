package io.tokenbroker.real;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.process.PostgresServer;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An account that no back end mints for outlives its refresh tokens, with nothing run by hand. */
@Timeout(180)
class AgeIT {

    private static final String BLAKE = "b@contoso.com";

    /** Entra's refresh tokens live for 90 days, used or not. */
    private static final Duration STEP = Duration.ofDays(50);

    private static final Duration AGE = Duration.ofDays(200);

    @AutoClose
    private final Sandbox sandbox = Sandbox.start(0, 0);

    @Test
    void atOneReplicaItMintsAfterTwoHundredDays() {
        mintsAfterTwoHundredDays(List.of(new BrokerProcess("age", settings(sandbox.settingsOfTheImpatient()))));
    }

    @Test
    void atThreeReplicasItMintsAfterTwoHundredDays() {
        try (var postgres = new PostgresServer(Sandbox.stores())) {
            mintsAfterTwoHundredDays(IntStream.range(0, 3)
                    .mapToObj(i -> new BrokerProcess(
                            "age-replica-" + i, settings(postgres.settings(sandbox.settingsOfTheImpatient()))))
                    .toList());
        }
    }

    private void mintsAfterTwoHundredDays(List<BrokerProcess> replicas) {
        var entra = sandbox.entra();
        // That of the application lives for 180 days, and an operator renews it.
        entra.app().addSecret(entra.app().secret(), AGE.multipliedBy(2));
        replicas.forEach(BrokerProcess::start);
        try {
            var account = linked(new Api(replicas.getFirst().url(), sandbox.fusionAuth()));
            var link = sandbox.fusionAuth().links().getFirst();
            for (var age = Duration.ZERO; age.compareTo(AGE) < 0; age = age.plus(STEP)) {
                entra.clock().advance(STEP);
                // One more than what may have been on its way.
                var enough = entra.refreshes(BLAKE) + replicas.size() + 1;
                Waiting.until(() -> entra.refreshes(BLAKE) >= enough, Duration.ofSeconds(30));
            }

            assertThat(entra.introspect(String.valueOf(link.token())).active()).isFalse();
            for (var replica : replicas) {
                new Api(replica.url(), sandbox.fusionAuth())
                        .mint(account, Map.of("force_refresh", true))
                        .then()
                        .statusCode(200)
                        .body(json("source", equalTo("refresh")));
            }
            assertThat(sandbox.fusionAuth().links()).containsExactly(link);
            System.out.printf("200 days, %d replicas: %d refreshes%n", replicas.size(), entra.refreshes(BLAKE));
        } finally {
            replicas.forEach(BrokerProcess::close);
        }
    }

    private String linked(Api broker) {
        var started = broker.start(Sandbox.CONTOSO, Sandbox.CALLBACK);
        var completed = broker.complete(sandbox.entra().signIn(at(started, "authorize_url"), BLAKE));
        return at(
                broker.resolve(at(completed, "pending_link_id"))
                        .then()
                        .statusCode(200)
                        .extract(),
                "account.id");
    }

    /** A month of the broker's own time is two seconds. */
    private static Map<String, String> settings(Map<String, String> others) {
        var settings = new HashMap<>(others);
        settings.put("broker.keep-alive.after", "2s");
        return settings;
    }
}
