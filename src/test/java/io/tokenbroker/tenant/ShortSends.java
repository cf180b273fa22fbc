package io.tokenbroker.tenant;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.tokenbroker.mint.Minting.MintSettings;
import java.util.HashMap;
import java.util.Map;

/** A send may last 1.5 s, for tests that wait for its end; for all others that may be too short on a busy machine. */
public final class ShortSends implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        var settings = new HashMap<>(new MintSettings().getConfigOverrides());
        settings.put("provider.send-timeout", "1500ms");
        settings.put("quarkus.rest-client.provider.read-timeout", "1000");
        return settings;
    }
}
