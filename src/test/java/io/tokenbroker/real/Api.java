package io.tokenbroker.real;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.AnswersRecorded;
import io.tokenbroker.support.Broker;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** One broker process as Alice and the client {@code demo} see it. */
record Api(URI broker, FusionAuthStandIn fusionAuth) {

    RequestSpecification alice() {
        return bearer(fusionAuth.accessToken(FusionAuthStandIn.ALICE_ID));
    }

    RequestSpecification client() {
        return bearer(Sandbox.DEMO_KEY);
    }

    Response start(UUID provider, String redirectUri) {
        return start(Map.of("provider_id", provider.toString(), "redirect_uri", redirectUri));
    }

    Response start(Map<String, ?> body) {
        return alice().body(body).post("/authorizations/start");
    }

    /** @param callback where the provider sent the browser */
    Response complete(URI callback) {
        var body = new HashMap<>(Broker.query(callback));
        body.keySet().retainAll(Set.of("state", "code", "iss", "error", "error_description"));
        return alice().body(body).post("/authorizations/complete");
    }

    Response resolve(String pendingLinkId) {
        return alice().body(Map.of("pending_link_id", pendingLinkId)).post("/authorizations/resolve");
    }

    Response account(String id) {
        return alice().get("/accounts/{id}", id);
    }

    Response mint(String account, Map<String, ?> body) {
        return mint(Sandbox.DEMO_KEY, account, body);
    }

    Response mint(String key, String account, Map<String, ?> body) {
        return bearer(key).body(body).post("/accounts/{id}/token", account);
    }

    private RequestSpecification bearer(String credential) {
        return given().filter(new AnswersRecorded())
                .baseUri(broker.toString())
                .header("Authorization", "Bearer " + credential)
                .contentType("application/json");
    }
}
