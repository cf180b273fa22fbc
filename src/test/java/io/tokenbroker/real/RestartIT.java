package io.tokenbroker.real;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.hamcrest.Matchers.equalTo;

import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever happens to a broker between two steps, the next one finds all it needs, at FusionAuth and in the store. */
class RestartIT {

    private static final String ARM = "https://management.azure.com";

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    @AutoClose
    private final BrokerProcess one = new BrokerProcess("replica-1", SANDBOX.settings());

    @AutoClose
    private final BrokerProcess two = new BrokerProcess("replica-2", SANDBOX.settings());

    @BeforeEach
    void beginAnew() {
        SANDBOX.reset();
    }

    @Test
    void theFlowSurvivesAKillBetweenAnyTwoSteps() {
        linkAndMint(one::killAndStart);
    }

    @Test
    void anotherReplicaCanTakeOverAtEachStep() {
        var replicas = new BrokerProcess[] {one.start(), two.start()};
        var steps = new AtomicInteger();

        linkAndMint(() -> replicas[steps.getAndIncrement() % 2]);
    }

    /** It was renewed ahead of time: no request waits for it. */
    @Test
    void aTokenThatWorksOnceAndIsOnItsWayIsStoredBeforeTheBrokerStops() {
        SANDBOX.entra().switches().singleUseRefreshTokens(true);
        SANDBOX.entra().consents().grant("d@adatum.com", ARM);
        one.reconfigure(settings());
        two.reconfigure(settings());
        var broker = new Api(one.start().url(), SANDBOX.fusionAuth());
        var started = broker.start(Sandbox.ADATUM, Sandbox.CALLBACK);
        var callback = SANDBOX.entra().signIn(at(started, "authorize_url"), "d@adatum.com");
        String account = at(broker.resolve(at(broker.complete(callback), "pending_link_id")), "account.id");
        SANDBOX.entra().faults().add(EntraFault.refreshIn(Duration.ofSeconds(1)).times(1));
        broker.mint(account, Map.of("resource", ARM)).then().statusCode(200);
        SANDBOX.entra().faults().add(EntraFault.of(EntraFault.Kind.HANG).times(1));
        Waiting.until(() -> {
            broker.mint(account, Map.of("resource", ARM)).then().statusCode(200).body(json("source", equalTo("cache")));
            return SANDBOX.entra().faults().hanging() == 1;
        });

        one.tellToStop();
        Waiting.until(() -> one.hasSaid("stops when the refreshes that have begun are through"));
        SANDBOX.entra().faults().release();
        one.close();

        new Api(two.start().url(), SANDBOX.fusionAuth())
                .mint(account, Map.of("resource", ARM, "force_refresh", true))
                .then()
                .statusCode(200)
                .body(json("source", equalTo("refresh")));
    }

    private static Map<String, String> settings() {
        var settings = new HashMap<>(SANDBOX.settings());
        settings.put("broker.providers.\"" + Sandbox.ADATUM + "\".rotation", "single-use");
        return settings;
    }

    /** @param next the broker that does the next step */
    private static void linkAndMint(Supplier<BrokerProcess> next) {
        Supplier<Api> broker = () -> new Api(next.get().url(), SANDBOX.fusionAuth());

        var started = broker.get().start(Sandbox.CONTOSO, Sandbox.CALLBACK);
        var callback = SANDBOX.entra().signIn(at(started, "authorize_url"), "b@contoso.com");
        var completed = broker.get().complete(callback);
        completed.then().statusCode(202).body(json("identity.email", equalTo("b@contoso.com")));
        var resolved = broker.get().resolve(at(completed, "pending_link_id"));
        resolved.then().statusCode(200).body(json("status", equalTo("linked")));

        String account = at(resolved, "account.id");
        var minted = broker.get().mint(account, Map.of("resource", ARM));
        minted.then().statusCode(200).body(json("source", equalTo("refresh")));
        assertArmAccepts(at(minted, "access_token"));

        broker.get()
                .mint(account, Map.of("resource", ARM))
                .then()
                .statusCode(200)
                .body(json("account_id", equalTo(account)))
                // The broker before has stored it.
                .body(json("source", equalTo("cache")))
                .body(json("access_token", equalTo(at(minted, "access_token"))));
        broker.get().account(account).then().statusCode(200).body(json("status", equalTo("active")));
    }

    private static void assertArmAccepts(String token) {
        given().header("Authorization", "Bearer " + token)
                .get(SANDBOX.entra().url() + "/arm/subscriptions")
                .then()
                .statusCode(200)
                .body(json("user", equalTo("b@contoso.com")));
    }
}
