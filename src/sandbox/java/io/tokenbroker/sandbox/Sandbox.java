package io.tokenbroker.sandbox;

import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.EntraStandIn;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.IdentityProvider;
import io.tokenbroker.sandbox.fusionauth.Webhooks;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A FusionAuth and an Entra that know each other: three tenants of Entra are identity providers of FusionAuth, a fourth
 * provider is one that no broker can use. The fixed keys below open nothing but a sandbox.
 */
public final class Sandbox implements AutoCloseable {

    public static final int FUSION_AUTH_PORT = 9011;
    public static final int ENTRA_PORT = 9012;

    /** Where the demo page is, and where Entra sends the browser back to. */
    public static final String APP_ORIGIN = "http://localhost:3000";

    public static final String CALLBACK = APP_ORIGIN + "/callback";

    public static final UUID CONTOSO = UUID.fromString("c0270500-0000-4000-8000-000000000001");
    public static final UUID FABRIKAM = UUID.fromString("fab21ca0-0000-4000-8000-000000000002");
    public static final UUID ADATUM = UUID.fromString("ada70300-0000-4000-8000-000000000003");

    /** Has the issuer of all tenants, which is nobody's: discovery there prints a template. */
    public static final UUID EVERYONE = UUID.fromString("e0e20e00-0000-4000-8000-000000000004");

    /** The broker key of the client {@code demo}. */
    public static final String DEMO_KEY = "tbk_demo_5aNdb0xOnyK3yForTheDemoClientDoNotUseElsewh";

    /** The broker key of the client {@code operator}, which may list all accounts and mint for none. */
    public static final String OPERATOR_KEY = "tbk_operator_5aNdb0xOnyK3yForTheOperatorDoNotUseElsewher";

    private static final String SEALING_KEY = "c2FuZGJveC1vbmx5LXNlYWxpbmcta2V5LTMyLWJ5dGU=";

    private final FusionAuthStandIn fusionAuth;
    private final EntraStandIn entra;
    private final String appOrigin;

    /** The file of the brokers' store, new with each sandbox. */
    private final Path store = stores().resolve("store-%s.db".formatted(UUID.randomUUID()));

    private Sandbox(FusionAuthStandIn fusionAuth, EntraStandIn entra, String appOrigin) {
        this.fusionAuth = fusionAuth;
        this.entra = entra;
        this.appOrigin = appOrigin;
    }

    /** Starts both, for the demo page at its usual place; port 0 takes any free one. */
    public static Sandbox start(int fusionAuthPort, int entraPort) {
        return start(fusionAuthPort, entraPort, APP_ORIGIN);
    }

    /** Starts both for a page of this origin, whose callback is {@code /callback}. */
    public static Sandbox start(int fusionAuthPort, int entraPort, String appOrigin) {
        IssuedSecrets.record(DEMO_KEY);
        IssuedSecrets.record(OPERATOR_KEY);
        IssuedSecrets.record(SEALING_KEY);
        var sandbox = new Sandbox(new FusionAuthStandIn(fusionAuthPort), new EntraStandIn(entraPort), appOrigin);
        sandbox.connect();
        sandbox.entra.start();
        sandbox.fusionAuth.start();
        return sandbox;
    }

    public FusionAuthStandIn fusionAuth() {
        return fusionAuth;
    }

    public EntraStandIn entra() {
        return entra;
    }

    /** Where Entra's stand-in plays Azure Resource Manager. */
    public URI resourceManager() {
        return entra.url().resolve("/arm/");
    }

    /** Moves the time of both. */
    public void advance(Duration by) {
        fusionAuth.clock().advance(by);
        entra.clock().advance(by);
    }

    /** Both as after the start, except for users and providers that were added to FusionAuth. */
    public void reset() {
        fusionAuth.reset();
        entra.reset();
        connect();
    }

    /** What a broker is configured with to work here. */
    public Map<String, String> settings() {
        var settings = new TreeMap<String, String>();
        settings.put("broker.fusionauth.url", fusionAuth.url().toString());
        settings.put("broker.fusionauth.api-key", FusionAuthStandIn.BROKER_API_KEY);
        settings.put("broker.fusionauth.tenant-id", FusionAuthStandIn.TENANT_ID.toString());
        settings.put("broker.fusionauth.application-id", FusionAuthStandIn.APPLICATION_ID.toString());
        settings.put("broker.fusionauth.issuer", fusionAuth.issuer());
        settings.put("broker.authorization.redirect-uris", callback());
        settings.put("broker.cors-origins", appOrigin);
        settings.put("broker.clients.demo.key-sha256", sha256(DEMO_KEY));
        settings.put("broker.clients.demo.providers", "*");
        settings.put("broker.clients.demo.resources", "*");
        settings.put("broker.clients.operator.key-sha256", sha256(OPERATOR_KEY));
        settings.put("broker.clients.operator.providers", "*");
        settings.put("broker.clients.operator.may-list-all-accounts", "true");
        settings.put("broker.sealing-keys", SEALING_KEY);
        settings.put("broker.store.url", "jdbc:sqlite:" + store);
        settings.put("broker.upstreams.allow-http-loopback", "true");
        settings.put("broker.upstreams.allow-private-addresses", "true");
        return settings;
    }

    /** The same, for a back end that may insist on a new token as often as it likes. */
    public Map<String, String> settingsOfTheImpatient() {
        var settings = new TreeMap<>(settings());
        settings.put("broker.clients.demo.force-refresh-interval", "0s");
        return settings;
    }

    /** The same, for a broker that FusionAuth tells of changes. */
    public Map<String, String> settingsWithWebhooks() {
        var settings = new TreeMap<>(settings());
        settings.put("broker.fusionauth.webhook-key-id", Webhooks.KEY_ID);
        return settings;
    }

    @Override
    public void close() {
        fusionAuth.close();
        entra.close();
    }

    /** Where the files of stores are; the leak check reads them. */
    public static Path stores() {
        return Path.of(System.getProperty("sandbox.stores", "target/sandbox")).toAbsolutePath();
    }

    public Path store() {
        return store;
    }

    /** The issuer of a tenant, as its identity provider is configured with. */
    public String issuer(Tenant tenant) {
        return entra.url() + "/" + tenant.id() + "/v2.0";
    }

    private String callback() {
        return appOrigin + "/callback";
    }

    private void connect() {
        fusionAuth.allowRedirect(callback());
        fusionAuth.allowRedirect(appOrigin);
        fusionAuth.allowRedirect(appOrigin + "/");
        entra.app().addRedirectUri(callback());
        fusionAuth.addProvider(provider("Contoso", issuer(Tenant.CONTOSO)).withId(CONTOSO));
        fusionAuth.addProvider(provider("Fabrikam", issuer(Tenant.FABRIKAM))
                .withId(FABRIKAM)
                .withAuthentication("client_secret_post"));
        fusionAuth.addProvider(provider("Adatum", issuer(Tenant.ADATUM)).withId(ADATUM));
        fusionAuth.addProvider(
                provider("Everyone", entra.url() + "/common/v2.0").withId(EVERYONE));
    }

    private IdentityProvider provider(String name, String issuer) {
        return FusionAuthStandIn.linkingProvider(
                name, issuer, AppRegistration.CLIENT_ID, entra.app().secret());
    }

    private static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
