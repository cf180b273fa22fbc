package io.tokenbroker.policy;

import static io.tokenbroker.mint.Minting.ARM;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.ClientKey;
import io.tokenbroker.support.DoorSettings;
import java.util.Map;
import java.util.TreeMap;

/** A broker with every client that the tests of policies and of front doors need. */
public final class PolicyClients implements QuarkusTestProfile {

    static final ClientKey SITES = ClientKey.of("sites");
    static final ClientKey READER = ClientKey.of("reader");
    static final ClientKey PROVEN = ClientKey.of("proven");
    static final ClientKey PATIENT = ClientKey.of("patient");
    static final ClientKey OTHER = ClientKey.of("other");
    static final ClientKey SLOW = ClientKey.of("slow");
    static final ClientKey CONTOSO_ONLY = ClientKey.of("contoso");
    static final ClientKey OVERSEER = ClientKey.of("overseer");

    @Override
    public Map<String, String> getConfigOverrides() {
        var settings = new TreeMap<>(DoorSettings.settings());
        // Tokens from memory are told of by sums, as without settings.
        settings.put("broker.audit.on-failure", "refuse");
        settings.putAll(SITES.settings(
                Map.of("providers", "*", "resources", "https://contoso.sharepoint.com/*, api://orders/*")));
        settings.putAll(READER.settings(Map.of(
                "providers", "*",
                "resources", "*",
                "scopes", "https://graph.microsoft.com/User.Read, Mail.Read, api://orders/*, " + ARM + "/.default")));
        settings.putAll(PROVEN.settings(Map.of("providers", "*", "resources", "*", "subject-token-required", "true")));
        settings.putAll(PATIENT.settings(Map.of("providers", "*", "resources", "*")));
        settings.putAll(OTHER.settings(Map.of("providers", "*", "resources", "*")));
        settings.putAll(SLOW.settings(Map.of("providers", "*", "resources", "*", "requests-per-minute", "4")));
        settings.putAll(CONTOSO_ONLY.settings(Map.of("providers", Sandbox.CONTOSO.toString(), "resources", ARM)));
        settings.putAll(
                OVERSEER.settings(Map.of("providers", Sandbox.CONTOSO.toString(), "may-list-all-accounts", "true")));
        for (var client : DoorMatrixTest.Client.values()) {
            settings.putAll(client.settings());
        }
        return settings;
    }
}
