package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintsAtOnce;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tokens in use are renewed before anybody has to wait. */
@QuarkusTest
@Timeout(60)
class RefreshAheadTest extends BrokerTest {

    private static final int LIFE = 3000;

    private String account = "";

    @BeforeEach
    void mintOne() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.life(Duration.ofSeconds(LIFE)));
    }

    @Test
    void aTokenPastSevenTenthsOfItsLifeIsServedAndRenewedMeanwhile() {
        var first = minted();
        advance(1880);
        minted().then().body(json("access_token", equalTo(at(first, "access_token"))));
        assertThat(refreshes()).isEqualTo(1);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG).times(1));

        advance(440);
        var during = mint(account, ARM);

        during.then()
                .statusCode(200)
                .body(json("source", equalTo("cache")))
                .body(json("access_token", equalTo(at(first, "access_token"))));
        Waiting.until(() -> sandbox().entra().faults().hanging() == 1);
        sandbox().entra().faults().release();
        awaitOtherThan(first);
        assertThat(refreshes()).isEqualTo(2);
    }

    @Test
    void theProvidersOwnHintGoesFirst() {
        sandbox().entra().faults().add(EntraFault.refreshIn(Duration.ofSeconds(1000)));
        var first = minted();

        advance(890);
        minted().then().body(json("access_token", equalTo(at(first, "access_token"))));
        assertThat(refreshes()).isEqualTo(1);
        advance(220);
        minted();
        awaitRefreshes(2);
        awaitOtherThan(first);
    }

    @Test
    void oneIsUnderWayHoweverManyAsk() {
        minted();
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG).times(1));
        advance(2400);

        assertThat(mintsAtOnce(account, 200))
                .allSatisfy(answer -> assertThat(answer.body()).contains("\"source\":\"cache\""));
        awaitRefreshes(2);
        mintsAtOnce(account, 50);

        assertThat(refreshes()).isEqualTo(2);
    }

    @Test
    void aProviderGetsFewAtATimeAndTheOthersFollow() {
        sandbox().entra().directory().addGenerated(20);
        var accounts = IntStream.rangeClosed(1, 20)
                .mapToObj(i -> Broker.link(Sandbox.CONTOSO, "user-%04d@contoso.com".formatted(i)))
                .toList();
        accounts.forEach(RefreshAheadTest::minted);
        assertThat(sandbox().entra().refreshes()).isEqualTo(20);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG));
        advance(2400);

        accounts.forEach(each -> minted(each).then().body(json("source", equalTo("cache"))));
        Waiting.until(() -> sandbox().entra().refreshes() >= 36);
        assertThat(sandbox().entra().refreshes()).isEqualTo(36);

        sandbox().entra().faults().clear();
        awaitNoneHanging();
        advance(31);
        accounts.forEach(RefreshAheadTest::minted);
        Waiting.until(() -> sandbox().entra().refreshes() >= 40);
    }

    @Test
    void aTenantThatIsAwayIsTriedEveryHalfMinuteAndNobodyNotices() {
        minted();
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP));
        advance(2400);
        minted().then().body(json("source", equalTo("cache")));
        // Each try sends twice: a connection that was kept may have been closed.
        awaitRefreshes(3);
        minted();
        assertThat(refreshes()).isEqualTo(3);

        advance(31);
        minted().then().body(json("source", equalTo("cache")));
        awaitRefreshes(5);
        sandbox().entra().faults().clear();
        account(account).then().body(json("status", equalTo("active")));
    }

    @Test
    void aRefusalMeanwhileDoesNotTakeAwayTheTokenThatStillWorks() {
        var first = minted();
        sandbox().entra().directory().revokeSessions(BLAKE);
        advance(2400);
        minted();
        awaitRefreshes(2);

        minted().then()
                .body(json("source", equalTo("cache")))
                .body(json("access_token", equalTo(at(first, "access_token"))));
        advance(400);
        mint(account, ARM).then().statusCode(409);
    }

    private Response minted() {
        return minted(account);
    }

    private static Response minted(String account) {
        var answer = mint(account, ARM);
        answer.then().statusCode(200);
        return answer;
    }

    private static void awaitNoneHanging() {
        Waiting.until(() -> sandbox().entra().faults().hanging() == 0);
    }

    private void awaitOtherThan(Response first) {
        Waiting.until(() -> !at(mint(account, ARM), "access_token").equals(at(first, "access_token")));
        minted().then()
                .body(json("source", equalTo("cache")))
                .body(json("access_token", not(equalTo(at(first, "access_token")))));
    }

    private static void awaitRefreshes(long count) {
        Waiting.until(() -> refreshes() >= count);
    }

    private static long refreshes() {
        return sandbox().entra().refreshes(BLAKE);
    }

    private static void advance(int seconds) {
        TestTime.advance(Duration.ofSeconds(seconds));
    }
}
