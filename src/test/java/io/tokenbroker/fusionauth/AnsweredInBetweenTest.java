package io.tokenbroker.fusionauth;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.support.Json.json;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A proxy between the broker and FusionAuth wants a sign-in of its own. The API key may be well all the same. */
@QuarkusTest
class AnsweredInBetweenTest extends LinkingTest {

    private static final String LINK = "/api/identity-provider/link";
    private static final String REFUSED = "Something between the broker and FusionAuth refuses ";

    @AfterEach
    void letThrough() {
        sandbox().fusionAuth().clearFaults();
    }

    @ParameterizedTest
    @EnumSource(names = {"PROXY_401", "GATEWAY_401", "PROXY_403"})
    void anAccountIsNotRefusedForTheApiKey(FusionAuthFault.Kind kind) {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        refuseInBetween(kind, "*", LINK);
        TestTime.advance(Duration.ofMinutes(5));

        for (var answer : List.of(
                mint(account, ARM),
                Broker.alice().get("/accounts"),
                Broker.alice().delete("/accounts/{id}", account))) {
            problem(answer, 502, "upstream_error")
                    .header("Retry-After", nullValue())
                    .body(json("detail", startsWith(REFUSED)));
        }

        sandbox().fusionAuth().clearFaults();
        mint(account, ARM).then().statusCode(200);
    }

    @ParameterizedTest
    @EnumSource(names = {"PROXY_401", "GATEWAY_401", "PROXY_403"})
    void aSignInIsNotRefusedForItsCode(FusionAuthFault.Kind kind) {
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), BLAKE);
        refuseInBetween(kind, "POST", "/api/identity-provider/login");

        problem(Broker.complete(Broker.alice(), callback), 502, "upstream_error")
                .body(json("detail", startsWith("FusionAuth, or something between it and the broker, failed")));
    }

    private static void refuseInBetween(FusionAuthFault.Kind kind, String method, String path) {
        sandbox().fusionAuth().fault(FusionAuthFault.of(kind).on(method, path));
    }
}
