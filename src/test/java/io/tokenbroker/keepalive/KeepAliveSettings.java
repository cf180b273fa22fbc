package io.tokenbroker.keepalive;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.util.Map;

/** Nothing happens in the background: a test says when. There are no webhooks. Rows are sealed by a new key, and those of the old one open. */
public final class KeepAliveSettings implements QuarkusTestProfile {

    static final String OLD_KEY = IssuedSecrets.record("a2VlcC1hbGl2ZS10ZXN0LXRoZS1vbGQta2V5LTMyLWI=");
    private static final String NEW_KEY = IssuedSecrets.record("a2VlcC1hbGl2ZS10ZXN0LXRoZS1uZXcta2V5LTMyLWI=");

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "broker.fusionauth.api-key",
                FusionAuthStandIn.DISCOVERY_API_KEY,
                "broker.fusionauth.webhook-key-id",
                "",
                "quarkus.scheduler.enabled",
                "false",
                "broker.keep-alive.rate",
                "1000",
                "broker.sealing-keys",
                NEW_KEY + "," + OLD_KEY);
    }
}
