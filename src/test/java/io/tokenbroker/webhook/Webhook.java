package io.tokenbroker.webhook;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import io.tokenbroker.sandbox.fusionauth.Webhooks;
import io.tokenbroker.support.SandboxResource;

/** A webhook as FusionAuth sends it, and as others might. */
final class Webhook {

    static final String PATH = "/webhooks/fusionauth";

    private Webhook() {}

    /** Sent and signed by FusionAuth, which need not have changed anything. */
    static void deliver(String body) {
        send(body, webhooks().sign(body)).then().statusCode(204);
    }

    static Response send(String body, String signature) {
        return given().contentType("application/json")
                .header(Webhooks.SIGNATURE, signature)
                .body(body)
                .post(PATH);
    }

    static Webhooks webhooks() {
        return SandboxResource.sandbox().fusionAuth().webhooks();
    }
}
