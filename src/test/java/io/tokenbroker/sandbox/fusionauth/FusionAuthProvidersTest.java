package io.tokenbroker.sandbox.fusionauth;

import static io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn.ADMIN_API_KEY;
import static io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn.BROKER_API_KEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.fusionauth.domain.provider.IdentityProviderType;
import io.fusionauth.domain.provider.OpenIdConnectIdentityProvider;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FusionAuthProvidersTest {

    private final World world = new World();
    private final Wire wire = new Wire(world.fusionAuth);

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void vendorClientReadsTheProvidersAndTheirSecrets() {
        world.fusionAuth.addProvider(IdentityProvider.google("Google"));
        var client = world.client();

        var one = (OpenIdConnectIdentityProvider)
                client.retrieveIdentityProvider(World.CONTOSO).successResponse.identityProvider;
        assertThat(one.oauth2.client_secret).isEqualTo("contoso-client-secret");
        assertThat(one.oauth2.issuer.toString()).isEqualTo(world.contoso.issuer());
        assertThat(client.retrieveIdentityProviders().successResponse.identityProviders)
                .hasSize(2);
        assertThat(client.retrieveIdentityProviderByType(IdentityProviderType.OpenIDConnect)
                        .successResponse
                        .identityProviders)
                .hasSize(1);
    }

    @Test
    void savingNeedsAReachableIssuerAndTheRightKey() {
        var provider = provider("http://localhost:1/nowhere");

        assertThat(wire.post(FusionAuthIdentityProviderApi.PATH, BROKER_API_KEY, provider)
                        .statusCode())
                .isEqualTo(401);
        assertThat(wire.post(FusionAuthIdentityProviderApi.PATH, ADMIN_API_KEY, provider)
                        .statusCode())
                .isEqualTo(400);
        assertThat(wire.post(FusionAuthIdentityProviderApi.PATH, ADMIN_API_KEY, provider(world.contoso.issuer()))
                        .statusCode())
                .isEqualTo(200);
        world.fusionAuth.switches().set(Unknown.DiscoveryAtSave.SKIPPED);
        assertThat(wire.post(FusionAuthIdentityProviderApi.PATH, ADMIN_API_KEY, provider)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void patchByOverriddenMethodMergesAndDeleteRemoves() {
        var patched = Wire.send(wire.request(FusionAuthIdentityProviderApi.PATH + "/" + World.CONTOSO)
                .header("Authorization", ADMIN_API_KEY)
                .header("X-HTTP-Method-Override", "PATCH")
                .POST(BodyPublishers.ofString("{\"identityProvider\":{\"enabled\":false}}")));

        assertThat(Wire.json(patched).at("/identityProvider/enabled").asBoolean(true))
                .isFalse();
        assertThat(Wire.json(patched).at("/identityProvider/oauth2/client_id").asText())
                .isEqualTo("client");
        var path = FusionAuthIdentityProviderApi.PATH + "/" + World.CONTOSO;
        assertThat(wire.send("DELETE", path, ADMIN_API_KEY, "").statusCode()).isEqualTo(200);
        assertThat(wire.get(path, ADMIN_API_KEY).statusCode()).isEqualTo(404);
    }

    @Test
    void searchPages() {
        world.fusionAuth.addProvider(IdentityProvider.google("Google"));

        var found = Wire.json(wire.post(
                FusionAuthIdentityProviderApi.SEARCH,
                ADMIN_API_KEY,
                Map.of("search", Map.of("numberOfResults", 1, "startRow", 1))));

        assertThat(found.path("total").asInt()).isEqualTo(2);
        assertThat(found.at("/identityProviders/0/name").asText()).isEqualTo("Google");
    }

    @Test
    void keyOfATenantSeesOnlyThatTenantsProviders() {
        world.fusionAuth.addApiKey(new ApiKey("tenant-key", FusionAuthStandIn.TENANT_ID, Map.of()));
        var own = UUID.randomUUID();
        world.fusionAuth.addProvider(IdentityProvider.openIdConnect("Own", world.contoso.issuer(), "c", "s")
                .withId(own)
                .withTenant(FusionAuthStandIn.TENANT_ID));

        var seen = Wire.json(wire.get(FusionAuthIdentityProviderApi.PATH, "tenant-key"));

        assertThat(seen.path("identityProviders")).hasSize(1);
        assertThat(wire.get(FusionAuthIdentityProviderApi.PATH + "/" + World.CONTOSO, "tenant-key")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void userIsReadAndPatched() {
        var client = world.client(ADMIN_API_KEY);

        client.patchUser(FusionAuthStandIn.ALICE_ID, Map.of("user", Map.of("data", Map.of("colour", "blue"))));

        assertThat(client.retrieveUser(FusionAuthStandIn.ALICE_ID).successResponse.user.data)
                .containsEntry("colour", "blue");
        assertThat(client.retrieveSystemStatus().status).isEqualTo(200);
    }

    private static Map<String, Object> provider(String issuer) {
        var oauth2 = Map.of("issuer", issuer, "client_id", "c", "client_secret", "a-client-secret");
        return Map.of(
                "identityProvider", Map.of("type", "OpenIDConnect", "name", "New", "enabled", true, "oauth2", oauth2));
    }
}
