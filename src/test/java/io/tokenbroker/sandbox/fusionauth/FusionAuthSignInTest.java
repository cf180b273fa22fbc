package io.tokenbroker.sandbox.fusionauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FusionAuthSignInTest {

    private static final String CALLBACK = "http://localhost:3000/callback";
    private static final String VERIFIER = "verifier-verifier-verifier-verifier-verifier";

    private final FusionAuthStandIn fusionAuth = new FusionAuthStandIn(0);
    private final Wire wire = new Wire(fusionAuth);

    @BeforeEach
    void start() {
        fusionAuth.allowRedirect(CALLBACK);
        fusionAuth.start();
    }

    @AfterEach
    void close() {
        fusionAuth.close();
    }

    @Test
    void personSignsInAndTheSpaRedeemsTheCode() throws Exception {
        var page = wire.get(authorize(""));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("stand-in", "name=\"password\"", "<label for=\"email\">");

        assertThat(wire.form(authorize(""), "email=a%40example.com&password=nope")
                        .body())
                .contains("role=\"alert\"");
        var signedIn = wire.form(authorize(""), "email=a%40example.com&password=password");
        var tokens = redeem(code(signedIn), VERIFIER);

        assertThat(tokens.headers().firstValue("Access-Control-Allow-Origin")).hasValue("*");
        var json = Wire.json(tokens);
        var access = consumer().process(json.path("access_token").asText());
        assertThat(access.getJoseObjects().getFirst().getHeader("typ")).isEqualTo("JWT");
        assertThat(access.getJwtClaims().getSubject()).isEqualTo(FusionAuthStandIn.ALICE_ID.toString());
        assertThat(access.getJwtClaims().getClaimsMap())
                .containsKeys("applicationId", "roles", "tid", "scope", "email", "auth_time", "jti", "sid");
        var id = consumer().process(json.path("id_token").asText()).getJwtClaims();
        assertThat(id.getClaimsMap()).containsKeys("at_hash", "nonce").doesNotContainKeys("applicationId", "roles");
        assertThat(json.path("refresh_token").asText()).isNotEmpty();
    }

    @Test
    void scriptSignsInWithoutAPage() {
        assertThat(redeem(code(wire.get(authorize("&sandbox_user=z@example.com"))), VERIFIER)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void codeWorksOnceAndOnlyWithItsVerifier() {
        var code = code(wire.get(authorize("&sandbox_user=a@example.com")));
        assertThat(redeem(code, "wrong").body()).contains("invalid_pkce_code_verifier");
        assertThat(redeem(code, VERIFIER).body()).contains("auth_code_not_found");
    }

    @Test
    void refreshTokenGivesAnotherAccessToken() {
        var first = Wire.json(redeem(code(wire.get(authorize("&sandbox_user=a@example.com"))), VERIFIER));

        var second = wire.form(
                "/oauth2/token",
                "grant_type=refresh_token&client_id=" + FusionAuthStandIn.APPLICATION_ID + "&refresh_token="
                        + first.path("refresh_token").asText());

        assertThat(Wire.json(second).path("access_token").asText())
                .isNotEmpty()
                .isNotEqualTo(first.path("access_token").asText());
    }

    @Test
    void foreignRedirectUriIsNotFollowed() {
        var answer = wire.get(authorize("&sandbox_user=a@example.com").replace("3000", "3001"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Location")).isEmpty();
    }

    @Test
    void preflightIsAnswered() {
        var answer = Wire.send(wire.request("/oauth2/token")
                .header("Origin", "http://localhost:3000")
                .method("OPTIONS", BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Methods")).isPresent();
    }

    @Test
    void discoveryKnowsItsTenants() {
        var tenant = wire.get("/.well-known/openid-configuration/" + FusionAuthStandIn.TENANT_ID);

        assertThat(Wire.json(tenant).path("issuer").asText()).isEqualTo(fusionAuth.issuer());
        assertThat(wire.get("/.well-known/openid-configuration/" + FusionAuthStandIn.APPLICATION_ID)
                        .statusCode())
                .isEqualTo(404);
    }

    private JwtConsumer consumer() {
        return new JwtConsumerBuilder()
                .setVerificationKeyResolver(
                        new HttpsJwksVerificationKeyResolver(new HttpsJwks(fusionAuth.url() + WellKnown.JWKS)))
                .setExpectedIssuer(fusionAuth.issuer())
                .setExpectedAudience(FusionAuthStandIn.APPLICATION_ID.toString())
                .setRequireExpirationTime()
                .build();
    }

    private HttpResponse<String> redeem(String code, String verifier) {
        return wire.form(
                "/oauth2/token",
                "grant_type=authorization_code&client_id=" + FusionAuthStandIn.APPLICATION_ID + "&code=" + code
                        + "&redirect_uri=" + UpstreamHttp.encode(CALLBACK) + "&code_verifier=" + verifier);
    }

    private static String code(HttpResponse<String> redirect) {
        assertThat(redirect.statusCode()).isEqualTo(302);
        var location = URI.create(redirect.headers().firstValue("Location").orElseThrow());
        assertThat(location.toString()).startsWith(CALLBACK).contains("state=s%26t");
        return location.getQuery().replaceAll(".*code=([^&]*).*", "$1");
    }

    private static String authorize(String more) {
        return "/oauth2/authorize?response_type=code&client_id=" + FusionAuthStandIn.APPLICATION_ID
                + "&redirect_uri=" + UpstreamHttp.encode(CALLBACK)
                + "&scope=openid+email+offline_access&state=s%26t&nonce=n&code_challenge_method=S256&code_challenge="
                + challenge() + more;
    }

    private static String challenge() {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
