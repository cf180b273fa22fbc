package io.tokenbroker.sandbox.fusionauth;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.support.FusionAuthTypes;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of a fresh stand-in works only what a kickstart has set up. */
class FusionAuthSetupTest {

    private static final String KEY = "setup-key-of-a-test-4bT7yHn2";
    private static final String PAGE = "http://localhost:3000";
    private static final UUID ID = UUID.fromString("5e700000-0000-4000-8000-000000000001");

    @AutoClose
    private final FusionAuthStandIn fusionAuth = FusionAuthStandIn.fresh(0);

    @BeforeEach
    void start() {
        fusionAuth.addApiKey(new ApiKey(KEY, null, Map.of()));
        fusionAuth.start();
    }

    @Test
    void aFreshTenantPublishesNoKeyUntilOneIsMade() {
        jwks("keys", 0);

        post("/api/key/generate/" + ID, Map.of("key", Map.of("algorithm", "RS256", "name", "tokens")), 200);

        jwks("keys", 1);
    }

    @Test
    void aTenantSignsByNoKeyThatThereIsNot() {
        var jwt = Map.of("jwtConfiguration", Map.of("accessTokenKeyId", ID.toString()));

        as(KEY).body(Map.of("tenant", jwt))
                .patch("/api/tenant/" + FusionAuthStandIn.TENANT_ID)
                .then()
                .statusCode(400);
    }

    @Test
    void anApplicationHasItsTenantsKeysUntilItsOwnAreEnabled() {
        post("/api/key/generate/" + ID, Map.of("key", Map.of("algorithm", "RS256", "name", "tokens")), 200);
        var oauth = Map.of("enabledGrants", new String[] {"authorization_code"});
        post("/api/application/" + ID, withKey(oauth, ID, false), 200);
        publicKey(ID).statusCode(404);

        var another = UUID.randomUUID();
        post("/api/application/" + another, withKey(oauth, UUID.randomUUID(), true), 400);
        post("/api/application/" + another, withKey(oauth, ID, true), 200);
        publicKey(another).statusCode(200);
    }

    private static Map<String, ?> withKey(Map<String, ?> oauth, UUID key, boolean isEnabled) {
        var jwt = Map.of("enabled", isEnabled, "accessTokenKeyId", key.toString(), "idTokenKeyId", key.toString());
        return Map.of("application", Map.of("name", "page", "oauthConfiguration", oauth, "jwtConfiguration", jwt));
    }

    private ValidatableResponse publicKey(UUID application) {
        return given().get(fusionAuth.url() + "/api/jwt/public-key?applicationId=" + application)
                .then();
    }

    @Test
    void anApplicationIsNoPublicClientUnlessItSaysSo() {
        application(Map.of("enabledGrants", new String[] {"authorization_code"}));
        token().statusCode(400).body("error_reason", equalTo("missing_client_secret"));
    }

    @Test
    void aPageReadsTheTokenEndpointOnceItsOriginIsAllowed() {
        token().header("Access-Control-Allow-Origin", nullValue());

        var cors = Map.of("enabled", true, "allowedOrigins", new String[] {PAGE});
        as(KEY).body(Map.of("systemConfiguration", Map.of("corsConfiguration", cors)))
                .patch("/api/system-configuration")
                .then()
                .statusCode(200);

        token().header("Access-Control-Allow-Origin", equalTo("*"));
    }

    @Test
    void aKeyOfTheBrokerSetsNothingUp() {
        fusionAuth.addApiKey(new ApiKey("broker-key-of-a-test-9dK3", null, FusionAuthStandIn.BROKER_PERMISSIONS));

        as("broker-key-of-a-test-9dK3")
                .body(Map.of("key", Map.of("algorithm", "RS256", "name", "tokens")))
                .post("/api/key/generate/" + ID)
                .then()
                .statusCode(401);
    }

    @Test
    void aRequestWithAMemberThatFusionAuthDoesNotKnowIsAFault() {
        post(
                "/api/key/generate/" + ID,
                Map.of("key", Map.of("algorithm", "RS256", "name", "tokens", "bits", 2048)),
                500);

        assertThat(FusionAuthTypes.takeWrong())
                .hasValueSatisfying(told -> assertThat(told).contains("Key has no member bits"));
    }

    private void application(Map<String, ?> oauth) {
        post("/api/application/" + ID, Map.of("application", Map.of("name", "page", "oauthConfiguration", oauth)), 200);
    }

    private ValidatableResponse token() {
        return given().header("Origin", PAGE)
                .formParam("client_id", ID.toString())
                .post(fusionAuth.url() + "/oauth2/token")
                .then();
    }

    private void jwks(String member, int size) {
        given().get(fusionAuth.url() + "/.well-known/jwks.json").then().body(member, hasSize(size));
    }

    private void post(String path, Map<String, ?> body, int status) {
        as(KEY).body(body).post(path).then().statusCode(status);
    }

    private RequestSpecification as(String key) {
        return given().baseUri(fusionAuth.url().toString())
                .header("Authorization", key)
                .contentType("application/json");
    }
}
