package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * An identity provider, kept as the JSON in which FusionAuth speaks of it, so that nothing which was saved gets lost.
 * Immutable: the {@code with…} methods return changed copies.
 */
public record IdentityProvider(ObjectNode json) {

    public IdentityProvider {
        json = withDefaults(json);
    }

    /** An enabled OpenID Connect provider which answers unknown identities with a pending link. */
    public static IdentityProvider openIdConnect(String name, String issuer, String clientId, String clientSecret) {
        var json = Json.object();
        json.put("id", UUID.randomUUID().toString()).put("type", "OpenIDConnect");
        json.put("name", name).put("buttonText", name).put("enabled", true);
        json.put("linkingStrategy", LinkingStrategy.CreatePendingLink.name());
        json.putObject("oauth2")
                .put("issuer", issuer)
                .put("client_id", clientId)
                .put("client_secret", clientSecret)
                .put("scope", "openid profile email offline_access");
        return new IdentityProvider(json);
    }

    /** A provider that is not OpenID Connect, as real lists contain them. */
    public static IdentityProvider google(String name) {
        var json = Json.object();
        json.put("id", UUID.randomUUID().toString()).put("type", "Google");
        json.put("name", name).put("buttonText", name).put("enabled", true);
        json.put("client_id", "google-client").put("client_secret", "google-client-secret");
        return new IdentityProvider(json);
    }

    public IdentityProvider withId(UUID id) {
        return with(copy -> copy.put("id", id.toString()));
    }

    public IdentityProvider withEnabled(boolean enabled) {
        return with(copy -> copy.put("enabled", enabled));
    }

    public IdentityProvider withStrategy(LinkingStrategy strategy) {
        return with(copy -> copy.put("linkingStrategy", strategy.name()));
    }

    /** Usable inside one tenant only. */
    public IdentityProvider withTenant(UUID tenant) {
        return with(copy -> copy.put("tenantId", tenant.toString()));
    }

    /** {@code client_secret_basic}, {@code client_secret_post} or {@code none}. */
    public IdentityProvider withAuthentication(String method) {
        return with(copy -> copy.withObject("/oauth2").put("clientAuthenticationMethod", method));
    }

    /** The claim that identifies, {@code sub} if never set. */
    public IdentityProvider withUniqueIdClaim(String claim) {
        return with(copy -> copy.withObject("/oauth2").put("uniqueIdClaim", claim));
    }

    /** Endpoints said one by one, instead of an issuer. */
    public IdentityProvider withEndpoints(String authorize, String token, String userinfo) {
        return with(copy -> {
            var oauth2 = copy.withObject("/oauth2");
            oauth2.remove("issuer");
            oauth2.put("authorization_endpoint", authorize)
                    .put("token_endpoint", token)
                    .put("userinfo_endpoint", userinfo);
        });
    }

    /** Whether an application may use it, and whether a login there also registers the user. */
    public IdentityProvider forApplication(UUID application, boolean enabled, boolean createRegistration) {
        return with(copy -> copy.withObject("/applicationConfiguration/" + application)
                .put("enabled", enabled)
                .put("createRegistration", createRegistration));
    }

    /** Another client for one application. */
    public IdentityProvider withApplicationClient(UUID application, String clientId, String clientSecret) {
        return with(copy -> copy.withObject("/applicationConfiguration/" + application + "/oauth2")
                .put("client_id", clientId)
                .put("client_secret", clientSecret));
    }

    /** At most so many links a user. */
    public IdentityProvider withLinkLimit(UUID tenant, int maximum) {
        return with(copy -> copy.withObject("/tenantConfiguration/" + tenant + "/limitUserLinkCount")
                .put("enabled", true)
                .put("maximumLinks", maximum));
    }

    public UUID id() {
        return UUID.fromString(json.path("id").asText());
    }

    public String name() {
        return json.path("name").asText();
    }

    public String type() {
        return json.path("type").asText();
    }

    boolean enabled() {
        return json.path("enabled").asBoolean();
    }

    LinkingStrategy strategy() {
        return LinkingStrategy.valueOf(json.path("linkingStrategy").asText());
    }

    Optional<UUID> tenant() {
        return Json.uuid(json, "tenantId");
    }

    boolean usableBy(UUID tenant, UUID application) {
        return enabled()
                && tenant().map(tenant::equals).orElse(true)
                && application(application).path("enabled").asBoolean();
    }

    boolean registersAt(UUID application) {
        return application(application).path("createRegistration").asBoolean(true);
    }

    Optional<String> oauth2(String member) {
        return Json.text(json.path("oauth2"), member);
    }

    /** Client id, client secret or scope: the application's, else the provider's. */
    Optional<String> oauth2(UUID application, String member) {
        return Json.text(application(application).path("oauth2"), member).or(() -> oauth2(member));
    }

    int maximumLinks(UUID tenant) {
        var limit = tenantPolicy(tenant).path("limitUserLinkCount");
        return limit.path("enabled").asBoolean() ? limit.path("maximumLinks").asInt() : Integer.MAX_VALUE;
    }

    /** Missing unless a policy exists. */
    JsonNode tenantPolicy(UUID tenant) {
        return json.path("tenantConfiguration").path(tenant.toString());
    }

    private JsonNode application(UUID application) {
        return json.path("applicationConfiguration").path(application.toString());
    }

    private IdentityProvider with(Consumer<ObjectNode> change) {
        var copy = json.deepCopy();
        change.accept(copy);
        return new IdentityProvider(copy);
    }

    private static ObjectNode withDefaults(ObjectNode given) {
        var json = given.deepCopy();
        json.withObject("/applicationConfiguration");
        json.withObject("/tenantConfiguration");
        json.putIfAbsent("debug", json.booleanNode(false));
        json.putIfAbsent("enabled", json.booleanNode(false));
        json.putIfAbsent("linkingStrategy", json.textNode(LinkingStrategy.LinkByEmail.name()));
        if (json.path("type").asText().equals("OpenIDConnect")) {
            var oauth2 = json.withObject("/oauth2");
            oauth2.putIfAbsent("clientAuthenticationMethod", json.textNode("client_secret_basic"));
            oauth2.putIfAbsent("uniqueIdClaim", json.textNode("sub"));
            oauth2.putIfAbsent("emailClaim", json.textNode("email"));
            oauth2.putIfAbsent("emailVerifiedClaim", json.textNode("email_verified"));
            oauth2.putIfAbsent("usernameClaim", json.textNode("preferred_username"));
        }
        return json;
    }

    @Override
    public String toString() {
        return "IdentityProvider[" + id() + ", " + name() + "]";
    }
}
