package io.tokenbroker.audit;

import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.policy.PolicyClients;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.AuditLines;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A broker that sums its hits, and gives out no token that it cannot tell of, while its file takes no events. */
@QuarkusTest
@TestProfile(PolicyClients.class)
class AuditOutageTest extends BrokerTest {

    private static final Path RENAMED = AuditLines.FILE.resolveSibling("audit-before-outage.jsonl");

    private final MeterRegistry metrics;

    @Inject
    AuditOutageTest(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    @Test
    void aTokenThatCouldNotBeToldOfStaysAlsoWhenItIsAskedForAgain() throws IOException {
        // In a new minute each refusal is told of singly.
        TestTime.advance(Duration.ofMinutes(2));
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        var unwritten = metrics.get("broker.audit.unwritten").counter();
        var before = unwritten.count();
        Files.move(AuditLines.FILE, RENAMED);
        Files.createDirectory(AuditLines.FILE);
        try {
            for (var i = 0; i < 3; i++) {
                Minting.mint(account, Minting.ARM)
                        .then()
                        .statusCode(503)
                        .header("Retry-After", "5")
                        .body(json("code", equalTo("store_unavailable")));
            }
            // The mints, and their refusals, which are told of a moment later.
            Waiting.until(() -> unwritten.count() >= before + 6);
        } finally {
            Files.delete(AuditLines.FILE);
        }

        for (var i = 0; i < 3; i++) {
            Minting.mint(account, Minting.ARM).then().statusCode(200).body(json("source", equalTo("cache")));
        }

        // The first is told by itself, which shows that the file takes events; the others are summed again.
        var told = AuditLines.only(
                0, event -> event.path("account").path("id").asText().equals(account) && !event.has("count"));
        assertThat(told.path("outcome").asText()).isEqualTo("cache");
        assertThat(told.has("token_sha256")).isTrue();
    }
}
