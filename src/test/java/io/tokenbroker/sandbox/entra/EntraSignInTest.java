package io.tokenbroker.sandbox.entra;

import static io.tokenbroker.sandbox.entra.EntraClient.LINK_SCOPE;
import static io.tokenbroker.sandbox.entra.EntraClient.REDIRECT_URI;
import static io.tokenbroker.sandbox.entra.EntraClient.query;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EntraSignInTest {

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
    void discoveryOfATenantNamesItsIssuerAndOurUserInfo() throws Exception {
        var document = client.get(address("/contoso.com/v2.0/.well-known/openid-configuration"))
                .json();

        assertThat(document.path("issuer").asText()).isEqualTo(entra.url() + "/" + Tenant.CONTOSO.id() + "/v2.0");
        assertThat(document.path("userinfo_endpoint").asText()).isEqualTo(entra.url() + "/graph/oidc/userinfo");
        assertThat(document.has("revocation_endpoint")).isFalse();
    }

    @Test
    void discoveryOfAnAliasNamesTheTemplate() throws Exception {
        var document = client.get(address("/common/v2.0/.well-known/openid-configuration"))
                .json();
        var keys = client.get(URI.create(document.path("jwks_uri").asText())).json();

        assertThat(document.path("issuer").asText()).endsWith("/{tenantid}/v2.0");
        assertThat(keys.path("keys").path(0).path("issuer").asText()).endsWith("/{tenantid}/v2.0");
        assertThat(keys.path("keys").path(0).has("d")).isFalse();
    }

    @Test
    void unknownTenantHasNoDiscovery() throws Exception {
        assertThat(client.get(address("/nowhere.com/v2.0/.well-known/openid-configuration"))
                        .code())
                .isEqualTo(90002);
    }

    @Test
    void signInReturnsCodeAndStateWithoutIssuer() {
        var back = entra.signIn(client.authorizeUrl("common", LINK_SCOPE), "b@contoso.com");

        assertThat(back.toString()).startsWith(REDIRECT_URI + "?");
        assertThat(query(back)).containsEntry("state", "state-1").containsKeys("code", "session_state");
        assertThat(query(back)).doesNotContainKey("iss");
    }

    @Test
    void issuerComesAlongWhenSwitchedOn() {
        entra.switches().issuerInRedirect(true);

        var back = entra.signIn(client.authorizeUrl("common", LINK_SCOPE), "c@fabrikam.com");

        assertThat(query(back)).containsEntry("iss", entra.url() + "/" + Tenant.FABRIKAM.id() + "/v2.0");
    }

    @Test
    void unknownRedirectUriIsNeverRedirectedTo() throws Exception {
        var page = client.get(URI.create(client.authorizeUrl(
                "common", LINK_SCOPE, "redirect_uri", REDIRECT_URI + "/", "sandbox_user", "b@contoso.com")));

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.raw().body()).contains("AADSTS50011");
    }

    @Test
    void unknownClientIsAPage() throws Exception {
        var page = client.get(URI.create(client.authorizeUrl("common", LINK_SCOPE, "client_id", "someone")));

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.raw().body()).contains("AADSTS700016");
    }

    @Test
    void whatTheAppGotWrongIsToldToTheApp() throws Exception {
        var responseType = location(client.authorizeUrl("common", LINK_SCOPE, "response_type", "token"));
        var scope = location(client.authorizeUrl("common", "https://nothing.example/.default"));
        var challenge = location(client.authorizeUrl("common", LINK_SCOPE, "code_challenge", "short"));

        assertThat(query(responseType)).containsEntry("error", "unsupported_response_type");
        assertThat(query(scope)).containsEntry("error", "invalid_resource").containsEntry("state", "state-1");
        assertThat(query(challenge)).containsEntry("error", "invalid_request");
    }

    @Test
    void cancelIsAccessDenied() throws Exception {
        var back = location(client.authorizeUrl("common", LINK_SCOPE, "sandbox_cancel", "1"));

        assertThat(query(back)).containsEntry("error", "access_denied").containsEntry("error_subcode", "cancel");
    }

    @Test
    void pickerOffersMembersAndGuestsWithTheHintedFirst() throws Exception {
        var page =
                client.get(URI.create(client.authorizeUrl("contoso.com", LINK_SCOPE, "login_hint", "bea@contoso.com")));

        assertThat(page.raw().body())
                .contains("Pick an account", "b@contoso.com", "c@fabrikam.com")
                .doesNotContain("d@adatum.com");
        assertThat(page.raw().body().indexOf("bea@contoso.com"))
                .isLessThan(page.raw().body().indexOf("a@example.com"));
    }

    @Test
    void aPersonPicksAndConsents() throws Exception {
        var url = client.authorizeUrl("common", LINK_SCOPE + " https://vault.azure.net/user_impersonation");

        var consent = post(url, "user=b@contoso.com");
        assertThat(consent.raw().body()).contains("https://vault.azure.net/user_impersonation", "Accept");

        var back = URI.create(post(url, "user=b@contoso.com&decision=accept").header("Location"));
        assertThat(query(back)).containsKey("code");
        assertThat(entra.consents().granted("b@contoso.com", Resource.KEY_VAULT))
                .contains("user_impersonation");
    }

    @Test
    void anotherSignInOfTheSameBrowserIsSilentUnlessPrompted() throws Exception {
        var cookie = post(client.authorizeUrl("common", LINK_SCOPE), "user=b@contoso.com")
                .header("Set-Cookie")
                .split(";", 2)[0];

        assertThat(withCookie(client.authorizeUrl("common", LINK_SCOPE), cookie).status())
                .isEqualTo(302);
        assertThat(withCookie(client.authorizeUrl("common", LINK_SCOPE, "prompt", "select_account"), cookie)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void promptNoneWithoutSessionNeedsLogin() throws Exception {
        assertThat(query(location(client.authorizeUrl("common", LINK_SCOPE, "prompt", "none"))))
                .containsEntry("error", "login_required");
    }

    @Test
    void strangersAndDisabledPeopleStayOnThePage() throws Exception {
        entra.directory().disable("b@contoso.com");

        assertThat(signInPage("contoso.com", "d@adatum.com")).contains("AADSTS50020");
        assertThat(signInPage("contoso.com", "b@contoso.com")).contains("AADSTS50057");
        assertThat(signInPage("contoso.com", "nobody@contoso.com")).contains("AADSTS50034");
    }

    private String signInPage(String tenant, String email) throws Exception {
        return client.get(URI.create(client.authorizeUrl(tenant, LINK_SCOPE, "sandbox_user", email)))
                .raw()
                .body();
    }

    private EntraClient.Answer post(String url, String form) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)));
    }

    private EntraClient.Answer withCookie(String url, String cookie) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).header("Cookie", cookie));
    }

    private URI location(String url) throws Exception {
        return URI.create(client.get(URI.create(url)).header("Location"));
    }

    private URI address(String path) {
        return URI.create(entra.url() + path);
    }
}
