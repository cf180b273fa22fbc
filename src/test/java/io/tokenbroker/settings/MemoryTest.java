package io.tokenbroker.settings;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Arc;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.OverSandbox;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What upstreams send fills no more than the caches' memory, of which there are two megabytes here. */
@QuarkusTest
@TestProfile(MemoryTest.Small.class)
class MemoryTest extends LinkingTest {

    private static final int LONG = 12_000;
    private static final int FLOOD = 60;

    @Test
    void aFloodOfLongTokensStaysInsideTheBudgetAndOtherAccountsGoOn() {
        var plain = plainProvider();
        var flooding = link(add(plain.registered("Flood")), plain, "somebody");
        plain.suffer((request, work) -> request.form().containsKey("refresh_token")
                ? Reply.json(
                        200,
                        Map.of("access_token", IssuedSecrets.fresh("long-") + "x".repeat(LONG), "expires_in", 3_600))
                : work.get());
        var other = Broker.link(Sandbox.CONTOSO, BLAKE);
        mint(other, ARM).then().statusCode(200);
        var refreshes = sandbox().entra().refreshes(BLAKE);

        for (var number = 0; number < FLOOD; number++) {
            Broker.mint(flooding, Map.of("scopes", List.of("flood-" + number)))
                    .then()
                    .statusCode(200);
            mint(other, ARM).then().statusCode(200).body(json("source", equalTo("cache")));
        }

        assertThat(gauge("broker.cache.bytes", "access_tokens"))
                .isPositive()
                .isLessThanOrEqualTo(gauge("broker.cache.limit.bytes", "access_tokens"))
                // All of them, of which each is kept once as it came and once as it is answered.
                .isLessThan(FLOOD * 2 * LONG);
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(refreshes);
    }

    @Test
    void theLimitsOfAllCachesTogetherAreTheSetting() {
        var limits = Arc.container()
                .instance(MeterRegistry.class)
                .get()
                .find("broker.cache.limit.bytes")
                .gauges();

        assertThat(limits.stream().mapToDouble(gauge -> gauge.value()).sum())
                .isBetween(1.9 * (1 << 20), 2.0 * (1 << 20));
    }

    @Test
    void linksThatAreTooLongAreLeftOut() {
        var owner = sandbox().fusionAuth().addUser("long@example.com", "Long").id();
        var kept = Broker.link(owner, Sandbox.CONTOSO, BLAKE);
        sandbox().fusionAuth().addLink(owner, Sandbox.CONTOSO, "identity", "x".repeat(20_000), "t".repeat(9_000));

        Broker.user(owner).get("/accounts").then().statusCode(200).body(json("accounts[*].id", equalTo(List.of(kept))));
        var id = new AccountId(Sandbox.CONTOSO, "identity").toString();
        problem(mint(id, ARM), 404, "account_not_found");
    }

    @Test
    void aUserOfTenThousandLinksIsNotListedAndMintsOn() {
        var owner = sandbox().fusionAuth().addUser("many@example.com", "Many").id();
        var account = Broker.link(owner, Sandbox.CONTOSO, BLAKE);
        for (var number = 0; number < 10_000; number++) {
            sandbox().fusionAuth().addLink(owner, Sandbox.FABRIKAM, "identity-" + number, "name", "t");
        }

        problem(Broker.user(owner).get("/accounts"), 502, "upstream_error")
                .body(json("detail", containsString("more than 1000 links")));
        mint(account, ARM).then().statusCode(200);
    }

    private static double gauge(String name, String cache) {
        return Arc.container()
                .instance(MeterRegistry.class)
                .get()
                .get(name)
                .tag("cache", cache)
                .gauge()
                .value();
    }

    public static final class Small extends OverSandbox {

        public Small() {
            super(Map.of("broker.memory.caches", "2M"));
        }
    }
}
