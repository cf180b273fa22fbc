package io.tokenbroker.fusionauth;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.support.Json.json;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A proxy before FusionAuth wants a sign-in of its own: that is no word of FusionAuth's about the API key. */
@QuarkusTest
class AnsweredInBetweenTest extends LinkingTest {

    private static final String IN_BETWEEN = "Something between the broker and FusionAuth answered ";

    @AfterEach
    void letThrough() {
        sandbox().fusionAuth().clearFaults();
    }

    @Test
    void anAccountIsNotRefusedForTheApiKey() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        refuseInBetween("/api/identity-provider/link");
        TestTime.advance(Duration.ofMinutes(5));

        problem(mint(account, ARM), 503, "fusionauth_unavailable").body(json("detail", startsWith(IN_BETWEEN)));
        problem(Broker.alice().get("/accounts"), 503, "fusionauth_unavailable")
                .body(json("detail", startsWith(IN_BETWEEN)));
        problem(Broker.alice().delete("/accounts/{id}", account), 503, "fusionauth_unavailable")
                .body(json("detail", startsWith(IN_BETWEEN)));

        sandbox().fusionAuth().clearFaults();
        mint(account, ARM).then().statusCode(200);
    }

    @Test
    void aSignInIsNotRefusedForItsCode() {
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), BLAKE);
        refuseInBetween("/api/identity-provider/login");

        problem(Broker.complete(Broker.alice(), callback), 502, "upstream_error")
                .body(json("detail", startsWith("FusionAuth failed while it completed the sign-in")));
    }

    private static void refuseInBetween(String path) {
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.PROXY_401).on("*", path));
    }
}
