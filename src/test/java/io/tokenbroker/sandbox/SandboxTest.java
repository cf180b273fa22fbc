package io.tokenbroker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.inversoft.error.Errors;
import com.inversoft.rest.ClientResponse;
import io.fusionauth.client.FusionAuthClient;
import io.fusionauth.domain.IdentityProviderLink;
import io.fusionauth.domain.api.LoginResponse;
import io.fusionauth.domain.api.identityProvider.IdentityProviderLinkRequest;
import io.fusionauth.domain.api.identityProvider.IdentityProviderLoginRequest;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SandboxTest {

    private static final String OIDC = "openid profile email offline_access";
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    @BeforeEach
    void reset() {
        SANDBOX.reset();
    }

    @AfterAll
    static void close() {
        SANDBOX.close();
    }

    @Test
    void accountOfATenantIsLinkedWithItsRefreshToken() {
        var pending = complete(Sandbox.CONTOSO, code(Tenant.CONTOSO, "b@contoso.com", OIDC));
        assertThat(pending.status).isEqualTo(232);

        var request = new IdentityProviderLinkRequest();
        request.pendingIdPLinkId = pending.successResponse.pendingIdPLinkId;
        request.identityProviderLink = new IdentityProviderLink();
        request.identityProviderLink.userId = FusionAuthStandIn.ALICE_ID;
        assertThat(client().createUserLink(request).wasSuccessful()).isTrue();

        var link = SANDBOX.fusionAuth().links().getFirst();
        var token = SANDBOX.entra().introspect(String.valueOf(link.token()));
        assertThat(token.kind()).isEqualTo("refresh_token");
        assertThat(token.active()).isTrue();
        assertThat(token.user()).isEqualTo("b@contoso.com");
    }

    @Test
    void bothWaysOfClientAuthenticationWork() {
        assertThat(complete(Sandbox.FABRIKAM, code(Tenant.FABRIKAM, "c@fabrikam.com", OIDC)).status)
                .isEqualTo(232);
        assertThat(complete(Sandbox.ADATUM, code(Tenant.ADATUM, "d@adatum.com", OIDC)).status)
                .isEqualTo(232);
    }

    @Test
    void tokenForAnotherAudienceThanGraphIsRefusedAtUserinfo() {
        var scope = "openid offline_access https://management.azure.com/.default";

        var answer = complete(Sandbox.CONTOSO, code(Tenant.CONTOSO, "b@contoso.com", scope));

        assertThat(answer.errorResponse.generalErrors.getFirst().code).isEqualTo("[OpenIDConnectUserinfo]");
    }

    @Test
    void settingsAreComplete() {
        var settings = SANDBOX.settings();

        assertThat(Sandbox.DEMO_KEY).matches("tbk_demo_[A-Za-z0-9_-]{43}");
        assertThat(Base64.getDecoder().decode(settings.getOrDefault("broker.sealing-keys", "")))
                .hasSize(32);
        assertThat(settings)
                .containsEntry(
                        "broker.fusionauth.url", SANDBOX.fusionAuth().url().toString())
                .containsEntry("broker.fusionauth.issuer", SANDBOX.fusionAuth().issuer());
    }

    private static String code(Tenant tenant, String email, String scope) {
        var url = SANDBOX.entra().url() + "/" + tenant.id() + "/oauth2/v2.0/authorize?response_type=code&client_id="
                + AppRegistration.CLIENT_ID + "&redirect_uri=" + encode(Sandbox.CALLBACK) + "&scope=" + encode(scope)
                + "&state=s&nonce=n&code_challenge_method=S256&code_challenge=" + CHALLENGE;
        var query = SANDBOX.entra().signIn(url, email).getQuery();
        assertThat(query).contains("code=");
        return query.replaceAll("(?:.*&)?code=([^&]*).*", "$1");
    }

    private static ClientResponse<LoginResponse, Errors> complete(UUID provider, String code) {
        var request = new IdentityProviderLoginRequest();
        request.applicationId = FusionAuthStandIn.APPLICATION_ID;
        request.identityProviderId = provider;
        request.noJWT = true;
        request.addData("code", code).addData("redirect_uri", Sandbox.CALLBACK).addData("code_verifier", VERIFIER);
        return client().identityProviderLogin(request);
    }

    private static FusionAuthClient client() {
        return new FusionAuthClient(
                FusionAuthStandIn.BROKER_API_KEY,
                SANDBOX.fusionAuth().url().toString(),
                5000,
                35_000,
                FusionAuthStandIn.TENANT_ID.toString());
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
