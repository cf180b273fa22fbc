package io.tokenbroker.real;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.support.Load;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A provider that answers with as much as it can, to a broker that has 256 MB for all of its tenants. */
class HostileProviderIT {

    private static final String ARM = "https://management.azure.com";
    private static final String NAME = "hostile-provider";
    private static final int ACCOUNTS = 32;
    private static final int MINTS_OF_EACH = Load.of(100, 400);
    private static final long BOUNDED_LOG = 4 << 20;

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    @AutoClose
    private final PlainProvider hostile = new PlainProvider();

    @AutoClose
    private final BrokerProcess process = new BrokerProcess(NAME, settings());

    private final UUID provider = UUID.randomUUID();

    @BeforeEach
    void link() {
        SANDBOX.reset();
        SANDBOX.fusionAuth().addProvider(hostile.registered("Hostile").withId(provider));
        for (var number = 0; number < ACCOUNTS; number++) {
            var name = "somebody-" + number;
            SANDBOX.fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, provider, name, name, hostile.refreshToken(name));
        }
    }

    @Test
    void itCostsOnlyItsOwnAccounts() throws IOException {
        var broker = new Api(process.start().url(), SANDBOX.fusionAuth());
        var started = broker.start(Sandbox.CONTOSO, Sandbox.CALLBACK);
        var callback = SANDBOX.entra().signIn(at(started, "authorize_url"), "b@contoso.com");
        String healthy = at(broker.resolve(at(broker.complete(callback), "pending_link_id")), "account.id");
        var before = logSize();

        for (var answer : answers()) {
            hostile.suffer((request, work) -> answer);
            try (var threads =
                    Executors.newFixedThreadPool(ACCOUNTS, Thread.ofVirtual().factory())) {
                var mints = IntStream.range(0, MINTS_OF_EACH)
                        .mapToObj(i -> CompletableFuture.supplyAsync(() -> mint(broker, i), threads))
                        .toList();
                for (var asked = 0; asked < 20; asked++) {
                    broker.mint(healthy, Map.of("resource", ARM, "force_refresh", true))
                            .then()
                            .statusCode(200)
                            .body(json("source", equalTo("refresh")));
                }
                assertThat(mints).allSatisfy(mint -> assertThat(mint.join()).isIn(502, 503));
            }
        }

        assertThat(process.hasSaid("OutOfMemory")).isFalse();
        assertThat(logSize() - before).isLessThan(BOUNDED_LOG);
        hostile.suffer((request, work) -> work.get());
        assertThat(mint(broker, 0)).isEqualTo(200);
    }

    private int mint(Api broker, int number) {
        var account = new AccountId(provider, "somebody-" + number % ACCOUNTS);
        return broker.mint(account.toString(), Map.of("scopes", List.of("scope-" + number)))
                .statusCode();
    }

    /** Tokens, errors, many small values, nested ones, and what is small only on its way. */
    private static List<Reply> answers() {
        var large = "x".repeat(940_000);
        var codes = IntStream.range(50_000, 200_000).boxed().toList();
        var success = Map.of("access_token", large, "token_type", "Bearer", "expires_in", 3600);
        return List.of(
                Reply.json(200, success),
                Reply.json(200, success).compressed("gzip"),
                Reply.json(400, Map.of("error", "invalid_grant", "error_codes", codes)),
                Reply.json(400, Map.of("error", "invalid_grant", "claims", large)),
                Reply.of(200, "application/json", "[".repeat(1_000_000)));
    }

    private static long logSize() throws IOException {
        return Files.size(BrokerProcess.logs().resolve(NAME + ".log"));
    }

    private static Map<String, String> settings() {
        var settings = new HashMap<>(SANDBOX.settings());
        settings.put("quarkus.log.level", "INFO");
        settings.put("broker.clients.demo.force-refresh-interval", "0s");
        return settings;
    }
}
