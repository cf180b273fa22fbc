package io.tokenbroker.webhook;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import io.tokenbroker.sandbox.fusionauth.Webhooks;
import io.tokenbroker.support.Management;
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

    /** How often an event of this type came to this. */
    static double counted(String type, String outcome) {
        var series = "broker_webhook_events_total{outcome=\"%s\",type=\"%s\"} ".formatted(outcome, type);
        return Management.given()
                .get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length())))
                .sum();
    }

    static Webhooks webhooks() {
        return SandboxResource.sandbox().fusionAuth().webhooks();
    }
}
