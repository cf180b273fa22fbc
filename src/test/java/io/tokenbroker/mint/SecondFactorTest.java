package io.tokenbroker.mint;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Azure takes changes only of a person who signed in with a second factor, and reads from anybody. */
@QuarkusTest
class SecondFactorTest extends LinkingTest {

    @Test
    void aChallengeOfTheResourceLeadsThePersonThroughASecondFactor() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        String token = at(Minting.mint(account, ARM), "access_token");
        arm(token).get(sandbox().resourceManager() + "subscriptions").then().statusCode(200);

        var refused = change(token);
        refused.then().statusCode(401).body(json("error.code", equalTo("InsufficientClaims")));
        var problem = Broker.mint(account, Map.of("resource", ARM, "claims", challenge(refused)));
        problem(problem, 403, "interaction_required").body(json("reauthorize.account_id", equalTo(account)));

        signInAgain(at(problem, "reauthorize"));
        String stronger = at(Minting.mint(account, ARM), "access_token");

        change(stronger).then().statusCode(200);
    }

    @Test
    void theChallengeItselfIsWhatStartTakes() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var refused = change(at(Minting.mint(account, ARM), "access_token"));

        signInAgain(
                Map.of("account_id", account, "provider_id", Sandbox.CONTOSO.toString(), "claims", challenge(refused)));

        change(at(Minting.mint(account, ARM), "access_token")).then().statusCode(200);
    }

    private static void signInAgain(Map<String, Object> reauthorize) {
        var request = new HashMap<String, Object>(reauthorize);
        request.values().removeIf(Objects::isNull);
        request.put("redirect_uri", Sandbox.CALLBACK);
        var started = Broker.alice().body(request).post("/authorizations/start");
        Broker.complete(Broker.alice(), Broker.signIn(started, BLAKE)).then().statusCode(200);
    }

    private static Response change(String token) {
        return arm(token).put(sandbox().resourceManager() + "subscriptions/one/tags/default");
    }

    private static RequestSpecification arm(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    private static String challenge(Response refused) {
        var header = refused.header("WWW-Authenticate");
        assertThat(header).contains("error=\"insufficient_claims\"");
        var encoded = header.replaceAll(".*claims=\"([^\"]+)\".*", "$1");
        return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    }
}
