package io.tokenbroker.support;

import static io.restassured.RestAssured.given;

import io.restassured.specification.RequestSpecification;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** A client for each thing that a front door can refuse. */
public final class DoorSettings {

    /** May use Contoso's accounts for Azure Resource Manager. */
    public static final String NARROW = key("narrow");

    /** May mint twice a minute. */
    public static final String LIMITED = key("limited");

    /** Its azd gets tokens of Blake's account at Contoso. */
    public static final String AZD = key("azd");

    /** The same, twice a minute. */
    public static final String AZD_LIMITED = key("azdlimited");

    /** Its azd is to get tokens of Casey's account at Fabrikam, whose accounts it may not use. */
    public static final String ELSEWHERE = key("elsewhere");

    /** Its azd is to get tokens of an account that nobody has linked. */
    public static final String UNLINKED = key("unlinked");

    public static final String ARM = "https://management.azure.com";

    private DoorSettings() {}

    public static Map<String, String> settings() {
        var settings = new TreeMap<String, String>();
        settings.putAll(client("narrow", NARROW, Sandbox.CONTOSO.toString(), ARM));
        settings.putAll(client("limited", LIMITED, "*", "*"));
        settings.put("broker.clients.limited.requests-per-minute", "2");
        var blake = account(Sandbox.CONTOSO, Tenant.CONTOSO, "b@contoso.com");
        settings.putAll(client("azd", AZD, "*", "*"));
        settings.put("broker.clients.azd.may-list-all-accounts", "true");
        settings.putAll(client("azdlimited", AZD_LIMITED, "*", "*"));
        settings.put("broker.clients.azdlimited.requests-per-minute", "2");
        settings.putAll(client("elsewhere", ELSEWHERE, Sandbox.CONTOSO.toString(), "*"));
        settings.putAll(client("unlinked", UNLINKED, "*", "*"));
        settings.put("broker.clients.azd.azd-account", blake);
        settings.put("broker.clients.azdlimited.azd-account", blake);
        settings.put("broker.clients.narrow.azd-account", blake);
        settings.put(
                "broker.clients.elsewhere.azd-account", account(Sandbox.FABRIKAM, Tenant.FABRIKAM, "c@fabrikam.com"));
        settings.put(
                "broker.clients.unlinked.azd-account", account(Sandbox.CONTOSO, Tenant.CONTOSO, "bea@contoso.com"));
        return settings;
    }

    /** The settings of one client. */
    public static Map<String, String> client(String name, String key, String providers, String resources) {
        var prefix = "broker.clients.%s.".formatted(name);
        return Map.of(
                prefix + "key-sha256", sha256(key), prefix + "providers", providers, prefix + "resources", resources);
    }

    /** The id that the account of this person has, linked or not. */
    public static String account(UUID provider, Tenant tenant, String email) {
        return new AccountId(provider, SandboxResource.sandbox().entra().subject(tenant, email)).toString();
    }

    /** A token exchange of the client {@code demo} for that resource. */
    public static RequestSpecification exchange(String resource) {
        return given().header("Authorization", "Bearer " + Sandbox.DEMO_KEY)
                .formParam("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
                .formParam("resource", resource);
    }

    /** The same client's question as an Azure SDK asks it. */
    public static RequestSpecification identity(String resource) {
        return given().header("X-IDENTITY-HEADER", Sandbox.DEMO_KEY)
                .queryParam("api-version", "2019-08-01")
                .queryParam("resource", resource);
    }

    private static String key(String client) {
        return IssuedSecrets.record("tbk_" + client + "_" + "OnlyForTheTestsOfTheFrontDoorsDoNotUseIt000");
    }

    /** In hex. */
    public static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
