package io.tokenbroker.support;

import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** A client of a test's own: its broker key, and the settings that let it in. */
public record ClientKey(String name, String key) {

    public static ClientKey of(String name) {
        return new ClientKey(
                name, IssuedSecrets.record("tbk_" + name + "_" + "OnlyForTheTestsOfPoliciesAndDoorsUseItNowhe"));
    }

    /** @param policy what its policy is, by the last part of each setting's key */
    public Map<String, String> settings(Map<String, String> policy) {
        var settings = new TreeMap<String, String>();
        settings.put("broker.clients." + name + ".key-sha256", sha256(key));
        policy.forEach((key, value) -> settings.put("broker.clients." + name + "." + key, value));
        return settings;
    }

    /** As {@code key-sha256} wants it. */
    public static String sha256(String key) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
