package io.tokenbroker.audit;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.mint.Minting.MintSettings;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.AuditLines;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.DoorSettings;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A broker that tells each hit, and gives out no token that it cannot tell of. */
@QuarkusTest
@TestProfile(MintSettings.class)
class AuditRequiredTest extends BrokerTest {

    private static final Path RENAMED = AuditLines.FILE.resolveSibling("audit-renamed.jsonl");

    private final MeterRegistry metrics;

    @Inject
    AuditRequiredTest(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    @Test
    void eachHitIsToldWithItsToken() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        Minting.mint(account, Minting.ARM).then().statusCode(200);
        var known = AuditLines.behind(0).size();

        var hit = Minting.mint(account, Minting.ARM);

        hit.then().statusCode(200).body(json("source", equalTo("cache")));
        var event =
                AuditLines.only(known, found -> found.path("outcome").asText().equals("cache"));
        assertThat(event.path("token_sha256").asText())
                .isEqualTo(DoorSettings.sha256(at(hit, "access_token")).substring(0, 32));
        assertThat(event.path("request_id").asText()).isEqualTo(hit.header("X-Request-Id"));
    }

    @Test
    void aHitIsNotTimedAsOneThatHadToAsk() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        var uncached = metrics.get("broker.mints.uncached").timer();
        Minting.mint(account, Minting.ARM).then().statusCode(200);
        var before = uncached.count();

        Minting.mint(account, Minting.ARM).then().body(json("source", equalTo("cache")));

        assertThat(uncached.count()).isEqualTo(before);
        Minting.mint(account, Minting.GRAPH).then().body(json("source", equalTo("refresh")));
        assertThat(uncached.count()).isEqualTo(before + 1);
    }

    @Test
    void noTokenLeavesThatCannotBeToldOf() throws IOException {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        Minting.mint(account, Minting.ARM).then().statusCode(200);
        Files.move(AuditLines.FILE, RENAMED);
        Files.createDirectory(AuditLines.FILE);
        try {
            for (var resource : new String[] {Minting.ARM, Minting.GRAPH}) {
                var refused = Minting.mint(account, resource);
                refused.then()
                        .statusCode(503)
                        .header("Retry-After", "5")
                        .body(json("code", equalTo("store_unavailable")))
                        .body(json("detail", containsString("broker.audit.file")));
                assertThat(refused.asString()).doesNotContain("access_token");
            }
            DoorSettings.exchange(Minting.ARM)
                    .post("/accounts/{id}/oauth2/token", account)
                    .then()
                    .statusCode(503);
            // What is no token is given all the same.
            Minting.account(account).then().statusCode(200);
        } finally {
            Files.delete(AuditLines.FILE);
        }

        Minting.mint(account, Minting.ARM).then().statusCode(200);
        assertThat(AuditLines.behind(0)).isNotEmpty();
    }
}
