package io.tokenbroker.provider;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.IdentityProvider;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.sandbox.wire.Interference;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.Management;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an issuer's document says is believed only where no secret can go astray by it. */
@QuarkusTest
class DiscoveryTest extends LinkingTest {

    private static final String V1 = "/" + Tenant.CONTOSO.id() + "/oauth2/token";

    @Test
    void aDocumentOfAnotherIssuerIsNotBelieved() {
        var plain = plainProvider();

        assertThat(leftOut(plain, Map.of("issuer", "https://elsewhere.example/")))
                .contains("another issuer (https://elsewhere.example/)");
        assertThat(plain.tokenRequests()).isEmpty();
    }

    @Test
    void aDocumentWithoutIssuerIsNotBelieved() {
        assertThat(leftOut(plainProvider(), Map.of("issuer", ""))).contains("another issuer");
    }

    @Test
    void aSlashAtTheEndMakesNoOtherIssuer() {
        var plain = plainProvider();
        says(plain, Map.of("issuer", plain.issuer() + "/"));
        add(plain.registered("Slash"));

        usable("Slash");
    }

    @ParameterizedTest
    @CsvSource({
        "token_endpoint,         http://login.example/token,              its token endpoint is not https",
        "authorization_endpoint, http://login.example/authorize,          its authorization endpoint is not https",
        "token_endpoint,         https://169.254.169.254/token,           its token endpoint leads to a link-local",
        "token_endpoint,         https://[fe80::1]/token,                 its token endpoint leads to a link-local",
        "token_endpoint,         file:///etc/passwd,                      its token endpoint is no URL of a host",
        "token_endpoint,         '',                                      lacks an authorization endpoint or a token endpoint",
        "token_endpoint,         'http://a b',                            lacks an authorization endpoint or a token endpoint"
    })
    void anEndpointWhereSecretsMustNotGoIsNotUsed(String member, String url, String why) {
        assertThat(leftOut(plainProvider(), Map.of(member, url))).contains(why);
    }

    @Test
    void aRedirectIsNotFollowedAndNamesItsTargetWithoutItsQuery() {
        var plain = plainProvider();
        plain.suffer((request, work) -> Reply.redirect("https://elsewhere.example/realm?token=hidden"));

        assertThat(leftOut(plain.registered("Redirect")))
                .contains("behind a redirect (302) to https://elsewhere.example/realm,")
                .doesNotContain("hidden");
    }

    @Test
    void aRefusalOfTheDocumentSaysItsStatus() {
        var plain = plainProvider();
        plain.suffer((request, work) -> Reply.empty(403));

        assertThat(leftOut(plain.registered("Refused"))).contains("with 403");
    }

    @Test
    void aDocumentIsBounded() {
        var plain = plainProvider();
        says(plain, Map.of("padding", "x".repeat(1 << 20)));

        assertThat(leftOut(plain.registered("Long"))).contains("too long");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://sts.windows.net/%s/",
                "https://login.microsoftonline.com/%s",
                "https://login.microsoftonline.us/%s/"
            })
    void issuersOfEntrasFirstVersionAreLeftOut(String issuer) {
        assertThat(leftOut(registered(issuer.formatted(Tenant.CONTOSO.id())))).contains("Entra's v1 endpoints");
    }

    @Test
    void tokenEndpointsOfEntrasFirstVersionAreLeftOutWhoeverNamesThem() {
        var entra = sandbox().entra().url();

        assertThat(leftOut(plainProvider(), Map.of("token_endpoint", entra + V1)))
                .contains("Entra's v1");
        assertThat(leftOut(registered("").withEndpoints(entra + "/authorize", entra + V1, entra + "/userinfo")))
                .contains("Entra's v1");
    }

    @Test
    void endpointsThatFusionAuthNamesAreHeldToTheSameRules() {
        assertThat(leftOut(registered("")
                        .withEndpoints("https://login.example/a", "http://login.example/t", "https://login.example/u")))
                .contains("its token endpoint is not https");
    }

    @Test
    void aTenantOfEntraMayBeNamedByItsDomain() {
        add(FusionAuthStandIn.linkingProvider(
                "Domain",
                sandbox().entra().url() + "/" + Tenant.CONTOSO.domain() + "/v2.0",
                AppRegistration.CLIENT_ID,
                sandbox().entra().app().secret()));

        usable("Domain");
    }

    @Test
    void aTenantOfEntraThatIsNamedByItsIdIsThatOne() {
        var fabrikam = sandbox().issuer(Tenant.FABRIKAM);
        sandbox().entra().suffer((request, work) -> {
            var reply = work.get();
            return request.path().startsWith("/" + Tenant.CONTOSO.id() + "/v2.0/")
                    ? Reply.of(
                            200,
                            "application/json",
                            reply.body().replace(sandbox().issuer(Tenant.CONTOSO), fabrikam))
                    : reply;
        });
        try {
            // Another spelling, of which nothing is remembered.
            assertThat(leftOut(registered(sandbox().issuer(Tenant.CONTOSO) + "/")))
                    .contains(fabrikam);
        } finally {
            sandbox().entra().suffer(Interference.NONE);
        }
    }

    @Test
    void aMintSaysWhyItsProviderIsLeftOut() {
        var plain = plainProvider();
        var registered = plain.registered("Moves");
        var account = link(add(registered), plain, "somebody");
        var json = registered.json().deepCopy();
        json.withObject("/oauth2").put("issuer", "http://login.example");
        add(new IdentityProvider(json));

        problem(Broker.mint(account, Map.of("scopes", List.of("read"))), 502, "provider_misconfigured")
                .body(json("detail", containsString("its issuer is not https")));
    }

    /** Why this provider is not used, by the readiness report. */
    private String leftOut(IdentityProvider provider) {
        var id = add(provider);
        problem(Broker.start(id), 404, "provider_not_found");
        return reason(id);
    }

    private String leftOut(PlainProvider plain, Map<String, String> saying) {
        says(plain, saying);
        return leftOut(plain.registered("Unsafe"));
    }

    /** Its document, but for these members. */
    private static void says(PlainProvider plain, Map<String, String> saying) {
        var document = new HashMap<>(Map.of(
                "issuer", plain.issuer(),
                "authorization_endpoint", plain.url() + "/authorize",
                "token_endpoint", plain.url() + "/token"));
        document.putAll(saying);
        plain.suffer(
                (request, work) -> request.path().startsWith("/.well-known/") ? Reply.json(200, document) : work.get());
    }

    private static String reason(UUID id) {
        Map<String, Object> data =
                at(Management.given().get("/q/health/ready"), "checks[?(@.name == 'providers')].data");
        return String.valueOf(data.get("left out: " + id));
    }

    private static void usable(String name) {
        Broker.alice().get("/providers").then().statusCode(200).body(json("providers[*].name", hasItem(name)));
    }

    private static IdentityProvider registered(String issuer) {
        return FusionAuthStandIn.linkingProvider("Unsafe", issuer, AppRegistration.CLIENT_ID, "secret");
    }
}
