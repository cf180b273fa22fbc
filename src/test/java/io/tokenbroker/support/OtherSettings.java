package io.tokenbroker.support;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.ApiKey;
import io.tokenbroker.sandbox.receiver.EventReceiver;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A broker whose API key may not read identity providers: two are given in full by settings, one by its issuer and one
 * by its endpoints. Webhooks are signed by a shared secret. Without PKCE, with several redirect URIs, and with clients that may do
 * little. Some secrets are in files.
 */
public final class OtherSettings implements QuarkusTestProfile {

    /** Differs from the usual one in case and has a slash at the end. */
    public static final String SECOND_CALLBACK = "http://localhost:3000/Callback/";

    /** Has a query of its own. */
    public static final String THIRD_CALLBACK = "http://localhost:3000/callback?tenant=1&x=%2F";

    /** The client {@code narrow}: Fabrikam's accounts only. */
    public static final String NARROW_KEY = "tbk_narrow_5aNdb0xOnyK3yForTheNarrowClientDoNotUseMeEv";

    /** The client {@code nothing}: no policy at all. */
    public static final String NOTHING_KEY = "tbk_nothing_5aNdb0xOnyK3yForTheNothingClientDoNotUseMeX";

    /** What a sign-in at Fabrikam must satisfy. */
    public static final String SECOND_FACTOR = "{\"access_token\":{\"acrs\":{\"essential\":true,\"values\":[\"p1\"]}}}";

    /** What FusionAuth signs its webhooks with. */
    public static final String WEBHOOK_SECRET = "sandbox-webhook-secret-3pQvYbW5sVn3xKcJ8fHgLw2d";

    public static final String LIMITED_API_KEY = "sandbox-limited-key-4kWqYbW5sVn3xKcJ8fHgLw2d";

    /** What the receiver {@link #RECEIVER} expects events to be signed with. */
    public static final String EVENT_SECRET = "whsec_b3RoZXItc2V0dGluZ3MtZXZlbnRzLXNlY3JldA==";

    public static final EventReceiver RECEIVER = new EventReceiver(0, EVENT_SECRET, event -> {});

    /** By the key of the setting that names the file. */
    private static final Map<String, String> FILES = Map.of(
            "broker.sealing-keys-file",
            "sealing-keys",
            "broker.fusionauth.api-key-file",
            "api-key",
            "broker.fusionauth.webhook-secret-file",
            "webhook",
            "broker.clients.narrow.key-sha256-file",
            "narrow",
            "broker.events.operations.secret-file",
            "events",
            provider(Sandbox.CONTOSO) + "client-secret-file",
            "contoso");

    private static final MountedSecrets SECRETS = new MountedSecrets(Map.of(
            "sealing-keys", SandboxResource.sandbox().settings().get("broker.sealing-keys"),
            "api-key", LIMITED_API_KEY,
            "contoso", SandboxResource.sandbox().entra().app().secret(),
            "narrow", ClientKey.sha256(NARROW_KEY),
            "webhook", IssuedSecrets.record(WEBHOOK_SECRET),
            "events", EVENT_SECRET));

    public static MountedSecrets secrets() {
        return SECRETS;
    }

    /** The keys of the settings that name these files. */
    public static Set<String> keysOfFiles() {
        return FILES.keySet();
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Settings.class));
    }

    private static String provider(UUID id) {
        return "broker.providers.\"" + id + "\".";
    }

    /** Whether the broker's key may, which it may not at first. */
    public static void mayReadProviders(boolean may) {
        var permissions = new HashMap<>(Map.of(
                "/api/identity-provider/link", Set.of("GET", "POST", "DELETE"),
                "/api/identity-provider/link/pending", Set.of("GET"),
                "/api/user", Set.of("GET")));
        if (may) {
            permissions.put("/api/identity-provider", Set.of("GET"));
        }
        SandboxResource.sandbox().fusionAuth().addApiKey(new ApiKey(LIMITED_API_KEY, null, permissions));
    }

    /** What the profile sets, over what {@link SandboxResource} does. */
    public static final class Settings implements QuarkusTestResourceLifecycleManager {

        @Override
        public int order() {
            return 1;
        }

        @Override
        public Map<String, String> start() {
            var sandbox = SandboxResource.sandbox();
            mayReadProviders(false);
            var settings = new HashMap<String, String>();
            settings.put("broker.fusionauth.api-key", "");
            settings.put("broker.fusionauth.webhook-key-id", "");
            settings.put("broker.sealing-keys", "");
            settings.put("broker.authorization.pkce", "false");
            settings.put(
                    "broker.authorization.redirect-uris",
                    Sandbox.CALLBACK + "," + SECOND_CALLBACK + "," + THIRD_CALLBACK);
            IssuedSecrets.record(NARROW_KEY);
            settings.put("broker.clients.narrow.providers", Sandbox.FABRIKAM.toString());
            settings.put("broker.clients.narrow.resources", "*");
            settings.putAll(client("nothing", NOTHING_KEY));
            settings.putAll(inFull(Sandbox.CONTOSO, "issuer", sandbox.issuer(Tenant.CONTOSO)));
            settings.remove(provider(Sandbox.CONTOSO) + "client-secret");
            settings.put("broker.events.operations.url", RECEIVER.url() + "/events");
            FILES.forEach((key, name) -> settings.put(key, SECRETS.file(name).toString()));
            settings.put(provider(Sandbox.CONTOSO) + "name", "Contoso by settings");
            settings.put(provider(Sandbox.CONTOSO) + "client-authentication", "client_secret_post");
            var oauth = sandbox.entra().url() + "/" + Tenant.FABRIKAM.id() + "/oauth2/v2.0/";
            settings.putAll(inFull(Sandbox.FABRIKAM, "token-endpoint", oauth + "token"));
            settings.put(provider(Sandbox.FABRIKAM) + "authorization-endpoint", oauth + "authorize");
            settings.put(provider(Sandbox.FABRIKAM) + "name", "Fabrikam by settings");
            settings.put(provider(Sandbox.FABRIKAM) + "linking.claims", SECOND_FACTOR);
            settings.put(provider(Sandbox.FABRIKAM) + "linking.acr-values", "phr phrh");
            return settings;
        }

        @Override
        public void stop() {
            // The stand-ins are SandboxResource's.
        }

        private static Map<String, String> inFull(UUID id, String key, String value) {
            return Map.of(
                    provider(id) + key,
                    value,
                    provider(id) + "client-id",
                    AppRegistration.CLIENT_ID,
                    provider(id) + "client-secret",
                    SandboxResource.sandbox().entra().app().secret());
        }

        private static Map<String, String> client(String name, String key) {
            IssuedSecrets.record(key);
            return Map.of("broker.clients." + name + ".key-sha256", ClientKey.sha256(key));
        }
    }
}
