package io.tokenbroker.link;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.LINK_API;
import static io.tokenbroker.mint.Minting.linkOf;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintsAtOnce;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.arc.Arc;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault.Kind;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The links of accounts in use are read again before anybody has to wait for it. */
@QuarkusTest
@Timeout(60)
class ReadAheadTest extends BrokerTest {

    private static int tests;

    private String account = "";
    private int reads;

    @BeforeEach
    void mintOne() {
        // Time was set back since the last test: the failure that it saw must not count.
        TestTime.advance(Duration.ofHours(++tests));
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
        mint(account, ARM).then().statusCode(200);
        reads = reads();
    }

    @Test
    void anAccountInUseOutlivesAnOutageOfFusionAuthByTheWholeRecheckTime() {
        var before = lastRead();
        served(21);
        Waiting.until(() -> !lastRead().equals(before));
        sandbox().fusionAuth().fault(FusionAuthFault.of(Kind.ERROR_500).on("GET", LINK_API));

        served(20);
        TestTime.advance(Duration.ofSeconds(10));
        mint(account, ARM).then().statusCode(503);
    }

    @Test
    void nobodyWaitsForAReadingAndOneIsUnderWayHoweverManyAsk() {
        sandbox().fusionAuth().fault(FusionAuthFault.of(Kind.HANG).on("GET", LINK_API));
        TestTime.advance(Duration.ofSeconds(21));

        assertThat(mintsAtOnce(account, 200))
                .allSatisfy(answer -> assertThat(answer.body()).contains("\"source\":\"cache\""));
        awaitReads(1);
        mintsAtOnce(account, 50);

        assertThat(reads()).isEqualTo(reads + 1);
    }

    @Test
    void aFusionAuthThatFailsIsNotAskedAtEachUse() {
        sandbox().fusionAuth().fault(FusionAuthFault.of(Kind.UNAVAILABLE_503).on("GET", LINK_API));
        served(21);
        awaitReads(1);
        TestTime.advance(Duration.ofSeconds(1));
        // The failure is noted a moment after its answer was sent.
        for (var time = 0; time < 5; time++) {
            assertThat(mintsAtOnce(account, 20))
                    .allSatisfy(answer -> assertThat(answer.body()).contains("\"source\":\"cache\""));
        }
        assertThat(reads()).isBetween(reads + 1, reads + 3);

        sandbox().fusionAuth().clearFaults();
        var before = reads();
        served(6);
        awaitReads(before + 1 - reads);
    }

    @Test
    void whatChangedElsewhereIsNoticed() {
        sandbox().fusionAuth().removeLink(Sandbox.CONTOSO, linkOf(account).identityProviderUserId());
        served(21);

        // After nine seconds the link would be too old to be answered from, whoever reads ahead.
        Waiting.until(() -> mint(account, ARM).statusCode() != 200, Duration.ofSeconds(5));
        mint(account, ARM).then().statusCode(404);
    }

    private void served(int later) {
        TestTime.advance(Duration.ofSeconds(later));
        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("cache")));
    }

    private void awaitReads(int more) {
        Waiting.until(() -> reads() >= reads + more);
    }

    private Instant lastRead() {
        var links = Arc.container().instance(RememberedLinks.class).get();
        return links.fresh(AccountId.parse(account).orElseThrow()).orElseThrow().readAt();
    }

    private static int reads() {
        return sandbox().fusionAuth().count("GET", LINK_API);
    }
}
