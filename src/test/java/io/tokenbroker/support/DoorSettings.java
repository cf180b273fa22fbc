package io.tokenbroker.support;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** A broker with a client for each thing that a front door can refuse. */
public final class DoorSettings implements QuarkusTestProfile {

    /** May use Contoso's accounts for Azure Resource Manager. */
    public static final String NARROW = key("narrow");

    /** May mint twice a minute. */
    public static final String LIMITED = key("limited");

    public static final String ARM = "https://management.azure.com";

    @Override
    public Map<String, String> getConfigOverrides() {
        var settings = new TreeMap<String, String>();
        settings.putAll(client("narrow", NARROW, Sandbox.CONTOSO.toString(), ARM));
        settings.putAll(client("limited", LIMITED, "*", "*"));
        settings.put("broker.clients.limited.requests-per-minute", "2");
        settings.put("quarkus.rest-client.provider.read-timeout", "1500");
        return settings;
    }

    /** The settings of one client. */
    public static Map<String, String> client(String name, String key, String providers, String resources) {
        var prefix = "broker.clients.%s.".formatted(name);
        return Map.of(
                prefix + "key-sha256", sha256(key), prefix + "providers", providers, prefix + "resources", resources);
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
