package io.tokenbroker.fusionauth;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.LINK_API;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A FusionAuth that answers nobody is not waited for by everybody. */
@QuarkusTest
@Timeout(60)
class FusionAuthLoadTest extends BrokerTest {

    private static final String BEA = "bea@contoso.com";

    @Test
    void aFusionAuthThatAnswersNobodyIsAskedOnlyNowAndThenUntilItAnswers() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        mint(account, ARM).then().statusCode(200);
        // An answer to what the broker reads now and then would begin the count anew.
        sandbox().fusionAuth().fault(FusionAuthFault.of(FusionAuthFault.Kind.DROP));
        for (var i = 0; i < 20; i++) {
            Broker.user(sandbox()
                            .fusionAuth()
                            .addUser("user-%d@example.com".formatted(i), "User")
                            .id())
                    .get("/accounts")
                    .then()
                    .statusCode(503)
                    .body(json("code", equalTo("fusionauth_unavailable")));
        }
        var before = sandbox().fusionAuth().count("GET", LINK_API);

        Broker.alice()
                .get("/accounts")
                .then()
                .statusCode(503)
                .body(json("code", equalTo("fusionauth_unavailable")))
                .header("Retry-After", notNullValue());

        assertThat(sandbox().fusionAuth().count("GET", LINK_API)).isEqualTo(before);
        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("cache")));

        sandbox().fusionAuth().clearFaults();
        TestTime.advance(Duration.ofSeconds(3));
        Broker.alice().get("/accounts").then().statusCode(200);
    }

    @Test
    void whoeverKeepsAskingForALinkThatFusionAuthCannotReadDoesNotStopTheOthers() {
        var failing = Broker.link(Sandbox.CONTOSO, BLAKE);
        var healthy = Broker.link(Sandbox.CONTOSO, BEA);
        cannotBeRead(AccountId.parse(failing).orElseThrow().identity());
        TestTime.advance(Duration.ofMinutes(1));

        for (var i = 0; i < 40; i++) {
            mint(failing, ARM).then().statusCode(503).body(json("code", equalTo("fusionauth_unavailable")));
        }

        mint(healthy, ARM).then().statusCode(200);
    }

    @Test
    void aPersonNoneOfWhoseLinksFusionAuthCanReadDoesNotStopTheOthers() {
        sandbox().entra().directory().addGenerated(5);
        var failing = IntStream.rangeClosed(1, 5)
                .mapToObj(i -> Broker.link(Sandbox.CONTOSO, "user-%04d@contoso.com".formatted(i)))
                .toList();
        var healthy = Broker.link(FusionAuthStandIn.ZOE_ID, Sandbox.CONTOSO, BEA);
        failing.forEach(
                account -> cannotBeRead(AccountId.parse(account).orElseThrow().identity()));
        TestTime.advance(Duration.ofMinutes(1));

        for (var i = 0; i < 20; i++) {
            mint(failing.get(i % failing.size()), ARM)
                    .then()
                    .statusCode(503)
                    .body(json("code", equalTo("fusionauth_unavailable")));
        }

        mint(healthy, ARM).then().statusCode(200);
    }

    @Test
    void accountsThatSomebodyMadeUpDoNotStopTheOthers() {
        var healthy = Broker.link(Sandbox.CONTOSO, BLAKE);
        cannotBeRead("made-up-");
        TestTime.advance(Duration.ofMinutes(1));

        for (var i = 0; i < 20; i++) {
            var madeUp = new AccountId(Sandbox.CONTOSO, "made-up-" + i).toString();
            mint(madeUp, ARM).then().statusCode(503).body(json("code", equalTo("fusionauth_unavailable")));
        }

        mint(healthy, ARM).then().statusCode(200);
    }

    @Test
    void aPersonWhoKeepsSigningInInVainDoesNotStopTheOthers() {
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.ERROR_500)
                        .on("POST", "/api/identity-provider/login")
                        .times(20));
        for (var i = 0; i < 20; i++) {
            Broker.complete(Broker.alice(), Broker.signIn(Broker.start(Sandbox.CONTOSO), BLAKE))
                    .then()
                    .statusCode(502);
        }

        Broker.link(FusionAuthStandIn.ZOE_ID, Sandbox.CONTOSO, BEA);
    }

    private static void cannotBeRead(String identity) {
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.ERROR_500)
                        .on("GET", LINK_API)
                        .forIdentity(identity));
    }
}
