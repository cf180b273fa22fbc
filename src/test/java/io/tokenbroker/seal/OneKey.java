package io.tokenbroker.seal;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.tokenbroker.settings.BrokerSettings;
import java.util.HashMap;
import java.util.Map;

/** A broker's sealing as it was when it had one key only. */
public final class OneKey {

    private OneKey() {}

    /** @param settings of a broker; only the key counts */
    public static ColumnSealer sealer(Map<String, String> settings, String base64) {
        var all = new HashMap<>(settings);
        all.put("broker.sealing-keys", base64);
        var config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(BrokerSettings.class, BrokerSettings.PREFIX)
                .withDefaultValues(all)
                .build();
        return new ColumnSealer(new SealingKeys(config.getConfigMapping(BrokerSettings.class, BrokerSettings.PREFIX)));
    }
}
