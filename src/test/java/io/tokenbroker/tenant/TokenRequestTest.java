package io.tokenbroker.tenant;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.linkAt;
import static io.tokenbroker.mint.Minting.linkOf;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static io.tokenbroker.mint.Minting.providerLike;
import static io.tokenbroker.mint.Minting.refreshRequests;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.provider.ReloadProviders;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.entra.TokenRequest;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.IdentityProvider;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the tenant gets to see of a mint. */
@QuarkusTest
class TokenRequestTest extends BrokerTest {

    private final List<UUID> added = new ArrayList<>();

    @AfterEach
    void removeProviders() {
        if (!added.isEmpty()) {
            added.forEach(sandbox().fusionAuth()::removeProvider);
            ReloadProviders.now();
        }
    }

    @Test
    void theRequestIsThatOfAServerAndNotOfABrowser() {
        var request = refresh(Broker.link(Sandbox.CONTOSO, BLAKE));

        assertThat(request.headers())
                .containsEntry("accept", "application/json")
                .containsEntry("return-client-request-id", "true")
                .containsEntry("x-client-sku", "token-broker")
                .containsEntry("x-ms-lib-capability", "retry-after, h429")
                .doesNotContainKeys("origin", "cookie", "referer", "x-anchormailbox");
        assertThat(request.headers().get("content-type")).startsWith("application/x-www-form-urlencoded");
        assertThat(request.headers().get("x-client-ver")).matches("[0-9]+\\..*");
    }

    @Test
    void eachRequestHasAnIdOfItsOwn() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);

        var first = refresh(account).headers().get("client-request-id");
        var second = refresh(account).headers().get("client-request-id");

        assertThat(UUID.fromString(String.valueOf(first))).isNotEqualTo(UUID.fromString(String.valueOf(second)));
    }

    @Test
    void theFormHasTheGrantAndNothingOfASignIn() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var request = refresh(account);

        assertThat(request.form())
                .containsOnlyKeys("grant_type", "refresh_token", "scope")
                .containsEntry("grant_type", "refresh_token")
                .containsEntry("refresh_token", String.valueOf(linkOf(account).token()));
        assertThat(request.form().getOrDefault("scope", "").split(" ", -1))
                .containsExactlyInAnyOrder(ARM + "/.default", "offline_access", "openid", "profile");
    }

    @Test
    void theRequestGoesToTheAccountsOwnTenant() {
        assertThat(refresh(Broker.link(Sandbox.FABRIKAM, BLAKE)).tenant()).isEqualTo(Tenant.FABRIKAM.id());
        assertThat(refresh(Broker.link(Sandbox.CONTOSO, CASEY)).tenant()).isEqualTo(Tenant.CONTOSO.id());
    }

    @Test
    void entraIsToldWhoseMailboxItIsWhenTheObjectIdIsKnown() {
        var provider = add(providerLike(Sandbox.CONTOSO).withUniqueIdClaim("oid"));

        var request = refresh(Broker.link(provider, BLAKE));

        var objectId = sandbox()
                .entra()
                .directory()
                .user(BLAKE)
                .objectId(Tenant.CONTOSO)
                .orElseThrow();
        assertThat(request.headers()).containsEntry("x-anchormailbox", "oid:" + objectId + "@" + Tenant.CONTOSO.id());
    }

    @Test
    void aSecretInTheHeaderIsFormEncodedFirst() {
        var secret = "a+b c%d:e/f=g&hé~\"";
        sandbox().entra().app().addSecret(secret, Duration.ofDays(1));
        var provider = add(FusionAuthStandIn.linkingProvider(
                        "Special", sandbox().issuer(Tenant.CONTOSO), AppRegistration.CLIENT_ID, secret)
                .withId(UUID.randomUUID()));
        var account = linkAt(provider, Sandbox.CONTOSO, BLAKE);

        mint(account, ARM).then().statusCode(200);

        var header = refreshRequests().getLast().headers().getOrDefault("authorization", "");
        assertThat(new String(Base64.getDecoder().decode(header.substring("Basic ".length())), StandardCharsets.UTF_8))
                .isEqualTo(AppRegistration.CLIENT_ID + ":a%2Bb+c%25d%3Ae%2Ff%3Dg%26h%C3%A9%7E%22");
    }

    @Test
    void aSecretInTheFormIsNotInAHeader() {
        var request = refresh(Broker.link(Sandbox.FABRIKAM, CASEY));

        assertThat(request.headers()).doesNotContainKey("authorization");
        assertThat(request.form())
                .containsOnlyKeys("grant_type", "refresh_token", "scope", "client_id", "client_secret")
                .containsEntry("client_id", AppRegistration.CLIENT_ID)
                .containsEntry("client_secret", sandbox().entra().app().secret());
    }

    @Test
    void aPublicClientSendsItsIdAndNoSecret() {
        var provider = add(providerLike(Sandbox.CONTOSO).withAuthentication("none"));
        var account = linkAt(provider, Sandbox.CONTOSO, BLAKE);

        // Entra knows this client as a confidential one.
        mint(account, ARM).then().statusCode(502).body(json("code", equalTo("provider_misconfigured")));

        var request = refreshRequests().getLast();
        assertThat(request.headers()).doesNotContainKey("authorization");
        assertThat(request.form()).containsOnlyKeys("grant_type", "refresh_token", "scope", "client_id");
    }

    @Test
    void cookiesAreNotKept() {
        try (var tenant =
                ScriptedTenant.answering(200, "application/json", "{\"access_token\":\"a\",\"expires_in\":3600}")) {
            var provider = add(providerLike(Sandbox.CONTOSO).withEndpoints(tenant.url(), tenant.url(), tenant.url()));
            var account = linkAt(provider, Sandbox.CONTOSO, BLAKE);

            mintAnew(account, ARM).then().statusCode(200);
            mintAnew(account, ARM).then().statusCode(200);

            assertThat(tenant.requests())
                    .hasSize(2)
                    .allSatisfy(headers -> assertThat(headers.get("Cookie")).isNull());
        }
    }

    private static TokenRequest refresh(String account) {
        mintAnew(account, ARM).then().statusCode(200);
        return refreshRequests().getLast();
    }

    private UUID add(IdentityProvider provider) {
        added.add(provider.id());
        sandbox().fusionAuth().addProvider(provider);
        ReloadProviders.now();
        return provider.id();
    }
}
