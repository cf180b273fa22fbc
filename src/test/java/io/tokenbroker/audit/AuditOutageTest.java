package io.tokenbroker.audit;

import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.policy.PolicyClients;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.AuditLines;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A broker that sums its hits, and gives out no token that it cannot tell of, while its file takes no events. */
@QuarkusTest
@TestProfile(PolicyClients.class)
class AuditOutageTest extends BrokerTest {

    private static final Path RENAMED = AuditLines.FILE.resolveSibling("audit-before-outage.jsonl");

    @Test
    void aTokenThatCouldNotBeToldOfStaysAlsoWhenItIsAskedForAgain() throws IOException {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
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
