package io.tokenbroker.sandbox.entra;

import static io.tokenbroker.sandbox.entra.EntraClient.ARM;
import static io.tokenbroker.sandbox.entra.EntraClient.LINK_SCOPE;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EntraTokenTest {

    private static final String VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789";
    private static final String USER = "b@contoso.com";

    private final EntraStandIn entra = new EntraStandIn(0);
    private final EntraClient client = new EntraClient(entra);

    @BeforeEach
    void start() {
        entra.start();
    }

    @AfterEach
    void stop() {
        client.close();
        entra.close();
    }

    @Test
    void codeBuysTokensThatUserInfoAccepts() throws Exception {
        var tokens = client.redeem("common", client.signIn("common", USER, "nonce", "nonce-1"))
                .json();
        var idToken = verified(tokens.path("id_token").asText(), AppRegistration.CLIENT_ID);
        var userInfo = client.get(
                        "/graph/oidc/userinfo", tokens.path("access_token").asText())
                .json();

        assertThat(idToken.getIssuer()).isEqualTo(entra.url() + "/" + Tenant.CONTOSO.id() + "/v2.0");
        assertThat(idToken.getStringClaimValue("nonce")).isEqualTo("nonce-1");
        assertThat(userInfo.path("sub").asText()).isEqualTo(idToken.getSubject());
        assertThat(userInfo.path("email").asText()).isEqualTo(USER);
        assertThat(userInfo.has("oid")).isFalse();
        assertThat(userInfo.has("tid")).isFalse();
        assertThat(tokens.path("expires_in").asInt()).isBetween(3600, 5399);
    }

    @Test
    void codeIsGoodOnce() throws Exception {
        var code = client.signIn("common", USER);

        assertThat(client.redeem("common", code).status()).isEqualTo(200);
        assertThat(client.redeem("common", code).code()).isEqualTo(54005);
    }

    @Test
    void codeIsGoodForTenMinutes() throws Exception {
        var code = client.signIn("common", USER);
        var other = client.signIn("common", USER);

        entra.clock().advance(Duration.ofMinutes(10).minusSeconds(5));
        assertThat(client.redeem("common", code).status()).isEqualTo(200);
        entra.clock().advance(Duration.ofSeconds(5));
        assertThat(client.redeem("common", other).code()).isEqualTo(70008);
    }

    @Test
    void codeIsBoundToTenantAndRedirectUri() throws Exception {
        var code = client.signIn("common", USER);

        assertThat(client.redeem("contoso.com", code).code()).isEqualTo(700005);
        assertThat(client.redeem("common", code, "redirect_uri", "http://localhost/else")
                        .code())
                .isEqualTo(500112);
        assertThat(client.redeem("common", code).status()).isEqualTo(200);
    }

    @Test
    void codeAsksForTheVerifierOfItsChallenge() throws Exception {
        var code = client.signIn("common", USER, "code_challenge", VERIFIER);

        assertThat(client.redeem("common", code).code()).isEqualTo(50148);
        assertThat(client.redeem("common", code, "code_verifier", VERIFIER + "x")
                        .code())
                .isEqualTo(501481);
        assertThat(client.redeem("common", code, "code_verifier", VERIFIER).status())
                .isEqualTo(200);
    }

    @Test
    void challengeOfS256() throws Exception {
        // RFC 7636, appendix B.
        var code = client.signIn(
                "common",
                USER,
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                "code_challenge_method",
                "S256");

        assertThat(client.redeem("common", code, "code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void refreshTokenIsReplacedAndTheOldOneLivesOn() throws Exception {
        var first = client.refreshTokenOf(USER);

        var second = client.refreshFor(first, "User.Read offline_access")
                .json()
                .path("refresh_token")
                .asText();
        assertThat(second).hasSizeGreaterThan(1024).isNotEqualTo(first);
        assertThat(client.refreshFor(first, "User.Read offline_access").status())
                .isEqualTo(200);
        assertThat(client.refreshFor(second, "User.Read").json().has("refresh_token"))
                .isFalse();
        assertThat(entra.refreshTokenCounts()).isEqualTo(new RefreshTokenCounts(3, 3, 1));
        assertThat(entra.introspect(first).uses()).isEqualTo(2);
    }

    @Test
    void refreshTokenDiesNinetyDaysAfterItsIssueWhateverItsUse() throws Exception {
        var token = client.refreshTokenOf(USER);

        entra.clock().advance(RefreshToken.LIFE.minusSeconds(30));
        assertThat(client.refresh("common", token).status()).isEqualTo(200);
        entra.clock().advance(Duration.ofSeconds(30));
        var refused = client.refresh("common", token);
        assertThat(refused.code()).isEqualTo(700082);
        assertThat(refused.text("suberror")).isEqualTo("bad_token");
    }

    @Test
    void refreshTokenBuysEveryResource() throws Exception {
        var answer = client.refreshFor(client.refreshTokenOf(USER), ARM + "/.default offline_access");
        var token = answer.text("access_token");

        assertThat(verified(token, ARM).getStringClaimValue("scp")).isEqualTo("user_impersonation");
        assertThat(answer.text("scope")).isEqualTo(ARM + "/user_impersonation " + ARM + "/.default");
        assertThat(client.get("/arm/subscriptions", token).text("user")).isEqualTo(USER);
        assertThat(client.get("/graph/oidc/userinfo", token).status()).isEqualTo(401);
    }

    @Test
    void resourceThatEndsInASlashDoublesIt() throws Exception {
        var answer = client.refreshFor(client.refreshTokenOf(USER), "https://management.core.windows.net//.default");

        assertThat(answer.text("scope"))
                .isEqualTo(
                        "https://management.core.windows.net//user_impersonation https://management.core.windows.net//.default");
        assertThat(client.get("/arm/subscriptions", answer.text("access_token")).status())
                .isEqualTo(200);
    }

    @Test
    void refreshTokenBuysEveryTenantOfItsUser() throws Exception {
        var token = client.refreshTokenOf(USER);
        var home = idClaims(client.refresh("contoso.com", token));
        var guest = idClaims(client.refresh("fabrikam.com", token));

        assertThat(guest.getStringClaimValue("tid")).isEqualTo(Tenant.FABRIKAM.id());
        assertThat(guest.getStringClaimValue("oid")).isNotEqualTo(home.getStringClaimValue("oid"));
        assertThat(guest.getSubject()).isNotEqualTo(home.getSubject());
        assertThat(client.refresh("adatum.com", token).code()).isEqualTo(50020);
        assertThat(client.refresh("consumers", token).code()).isEqualTo(50020);
        assertThat(client.refresh("nowhere.com", token).code()).isEqualTo(90002);
    }

    @Test
    void scopesThatCannotBe() throws Exception {
        var token = client.refreshTokenOf(USER);

        assertThat(client.refreshFor(token, "User.Read " + ARM + "/.default").code())
                .isEqualTo(28000);
        assertThat(client.refreshFor(token, ARM + "/.default " + ARM + "/user_impersonation")
                        .code())
                .isEqualTo(70011);
        assertThat(client.refreshFor(token, "https://nothing.example/.default").code())
                .isEqualTo(500011);
        assertThat(client.refreshFor(token, " ").code()).isEqualTo(28003);
    }

    @Test
    void consentThatNobodyRedeemedIsConsent() throws Exception {
        var refreshToken = client.refreshTokenOf(USER);
        var vault = "https://vault.azure.net/.default";
        assertThat(client.refreshFor(refreshToken, vault).code()).isEqualTo(65001);

        entra.signIn(client.authorizeUrl("common", LINK_SCOPE + " " + vault), USER);

        assertThat(client.refreshFor(refreshToken, vault).status()).isEqualTo(200);
    }

    @Test
    void aSecondFactorIsWorthSomethingToTheSignInItWasPartOf() throws Exception {
        var weak = client.refreshTokenOf(USER);
        entra.policies().requireSecondFactor(USER, ARM);
        var challenge = client.refreshFor(weak, ARM + "/.default");
        assertThat(challenge.code()).isEqualTo(50076);
        assertThat(client.refreshFor(weak, "User.Read").status()).isEqualTo(200);

        var strong = client.redeem("common", client.signIn("common", USER, "claims", challenge.text("claims")))
                .text("refresh_token");

        assertThat(client.refreshFor(strong, ARM + "/.default").status()).isEqualTo(200);
        assertThat(client.refreshFor(weak, ARM + "/.default").code()).isEqualTo(50076);
    }

    @Test
    void whatLacksConsentIsRefusedWhole() throws Exception {
        var token = client.refreshTokenOf(USER);
        var vault = client.refreshFor(token, "https://vault.azure.net/.default");

        assertThat(vault.status()).isEqualTo(400);
        assertThat(vault.text("error")).isEqualTo("invalid_grant");
        assertThat(vault.text("suberror")).isEqualTo("consent_required");
        assertThat(vault.code()).isEqualTo(65001);
        assertThat(client.refreshFor(token, "User.Read Mail.Read").code()).isEqualTo(65001);

        entra.consents().grant(USER, "https://vault.azure.net");
        assertThat(client.refreshFor(token, "https://vault.azure.net/.default").status())
                .isEqualTo(200);
    }

    @Test
    void revokedDisabledAndDeletedPeople() throws Exception {
        var token = client.refreshTokenOf(USER);
        entra.directory().revokeSessions(USER);
        assertThat(client.refresh("common", token).code()).isEqualTo(50173);

        var fresh = client.refreshTokenOf(USER);
        entra.directory().disable(USER);
        assertThat(client.refresh("common", fresh).code()).isEqualTo(50057);
        entra.directory().enable(USER);
        assertThat(client.refresh("common", fresh).status()).isEqualTo(200);
        entra.directory().delete(USER);
        assertThat(client.refresh("common", fresh).code()).isEqualTo(50034);
    }

    @Test
    void clientProvesItselfByPostOrBasic() throws Exception {
        var token = client.refreshTokenOf(USER);
        entra.app().addSecret("pass:word+ %", Duration.ofDays(1));
        var basic = Base64.getEncoder()
                .encodeToString((AppRegistration.CLIENT_ID + ":pass%3Aword%2B+%25").getBytes(StandardCharsets.UTF_8));

        assertThat(client.refresh("common", token).status()).isEqualTo(200);
        assertThat(client.refresh(
                                "common",
                                token,
                                "client_id",
                                "",
                                "client_secret",
                                "",
                                ":Authorization",
                                "Basic " + basic)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void badClientCredentialsAre401() throws Exception {
        var token = client.refreshTokenOf(USER);
        var wrong = client.refresh("common", token, "client_secret", "wrong");

        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.text("error")).isEqualTo("invalid_client");
        assertThat(wrong.code()).isEqualTo(7000215);
        assertThat(client.refresh("common", token, "client_secret", "").code()).isEqualTo(7000218);
        assertThat(client.refresh("common", token, "client_id", "someone").code())
                .isEqualTo(700016);
        entra.app().expireSecrets();
        assertThat(client.refresh("common", token).code()).isEqualTo(7000222);
        entra.app().replaceSecrets();
        assertThat(client.refresh("common", token).status()).isEqualTo(200);
    }

    @Test
    void requestsThatMissTheirForm() throws Exception {
        var token = client.refreshTokenOf(USER);

        assertThat(client.refresh("common", token, ":Origin", "https://app.example")
                        .code())
                .isEqualTo(9002326);
        assertThat(client.refresh("common", token, "resource", ARM).code()).isEqualTo(901002);
        assertThat(client.refresh("common", "", "scope", "openid").code()).isEqualTo(900144);
        assertThat(client.refresh("common", "not-one-of-ours").code()).isEqualTo(9002313);
        assertThat(client.refresh("common", token, "grant_type", "password").code())
                .isEqualTo(70003);
        assertThat(client.get(URI.create(entra.url() + "/common/oauth2/v2.0/token"))
                        .code())
                .isEqualTo(900561);
    }

    @Test
    void errorsCarryTheirIdsAndRequestIdsAreEchoedOnDemand() throws Exception {
        var silent = client.refresh("common", "x", ":client-request-id", "id-1");
        var echoed = client.refresh("common", "x", ":client-request-id", "id-1", ":return-client-request-id", "true");

        assertThat(silent.text("error_description")).startsWith("AADSTS9002313: ");
        assertThat(silent.text("timestamp")).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ");
        assertThat(silent.text("error_uri")).endsWith("/error?code=9002313");
        assertThat(silent.text("trace_id")).isNotEmpty();
        assertThat(silent.text("correlation_id")).isEqualTo("id-1");
        assertThat(silent.header("Cache-Control")).contains("no-store");
        assertThat(silent.header("client-request-id")).isEmpty();
        assertThat(echoed.header("client-request-id")).isEqualTo("id-1");
    }

    @Test
    void claimsChallengeIsMetByATokenAskedWithItsClaims() throws Exception {
        entra.switches().armChallenge(true);
        var token = client.refreshTokenOf(USER);
        var plain = client.refreshFor(token, ARM + "/.default").text("access_token");

        var challenge = client.get("/arm/subscriptions", plain);
        assertThat(challenge.status()).isEqualTo(401);
        var encoded = challenge.header("WWW-Authenticate").replaceAll(".*claims=\"([^\"]+)\".*", "$1");
        var claims = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);

        var met = client.refresh("common", token, "scope", ARM + "/.default", "claims", claims);
        assertThat(client.get("/arm/subscriptions", met.text("access_token")).status())
                .isEqualTo(200);
    }

    @Test
    void clientCapabilityBuysALongLife() throws Exception {
        var answer = client.refresh(
                "common",
                client.refreshTokenOf(USER),
                "claims",
                "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}");

        assertThat(answer.json().path("expires_in").asInt()).isEqualTo(86400);
        assertThat(answer.json().path("refresh_in").asInt()).isEqualTo(43200);
    }

    @Test
    void singleUseIsASwitch() throws Exception {
        entra.switches().singleUseRefreshTokens(true);
        var token = client.refreshTokenOf(USER);

        assertThat(client.refresh("common", token).status()).isEqualTo(200);
        assertThat(client.refresh("common", token).code()).isEqualTo(70000);
    }

    @Test
    void requestsAreCountedAndKept() throws Exception {
        var token = client.refreshTokenOf(USER);
        client.refreshFor(token, ARM + "/.default");
        client.refreshFor(token, "User.Read");

        assertThat(entra.refreshes(USER)).isEqualTo(2);
        assertThat(entra.refreshes(USER, ARM)).isEqualTo(1);
        assertThat(entra.refreshes()).isEqualTo(2);
        assertThat(entra.tokenRequests().getLast().form()).containsEntry("refresh_token", token);
        assertThat(entra.tokenRequests().getLast().tenant()).isEqualTo(Tenant.CONTOSO.id());
    }

    @Test
    void hundredsAtOnceGetDistinctTokens() throws Exception {
        entra.directory().addGenerated(1);
        var token = client.refreshTokenOf("user-0001@adatum.com");

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = IntStream.range(0, 200)
                    .<Callable<String>>mapToObj(
                            i -> () -> client.refreshFor(token, LINK_SCOPE).text("refresh_token"))
                    .toList();
            var distinct =
                    threads.invokeAll(calls).stream().map(Future::resultNow).distinct();
            assertThat(distinct).hasSize(200);
        }
        assertThat(entra.refreshTokenCounts().usedAgain()).isEqualTo(199);
    }

    @Test
    void accessTokensExpireByTheClock() throws Exception {
        var token = client.link(USER).path("access_token").asText();

        assertThat(entra.introspect(token).active()).isTrue();
        assertThat(client.get("/graph/v1.0/me", token).text("mail")).isEqualTo(USER);
        entra.clock().advance(Duration.ofMinutes(91));
        assertThat(entra.introspect(token).active()).isFalse();
        assertThat(client.get("/graph/v1.0/me", token).status()).isEqualTo(401);
    }

    @Test
    void accountIdsOfClientInfoAreTheHomeOnes() throws Exception {
        var answer = client.refresh("fabrikam.com", client.refreshTokenOf(USER), "client_info", "1");
        var info = new String(Base64.getUrlDecoder().decode(answer.text("client_info")), StandardCharsets.UTF_8);

        assertThat(info).contains(Tenant.CONTOSO.id()).doesNotContain(Tenant.FABRIKAM.id());
    }

    private JwtClaims idClaims(EntraClient.Answer answer) throws Exception {
        return verified(answer.text("id_token"), AppRegistration.CLIENT_ID);
    }

    private JwtClaims verified(String jwt, String audience) throws Exception {
        var keys = client.get(URI.create(entra.url() + "/common/discovery/v2.0/keys"))
                .raw()
                .body();
        return new JwtConsumerBuilder()
                .setVerificationKeyResolver(new JwksVerificationKeyResolver(new JsonWebKeySet(keys).getJsonWebKeys()))
                .setExpectedAudience(audience)
                .setRequireExpirationTime()
                .build()
                .processToClaims(jwt);
    }
}
