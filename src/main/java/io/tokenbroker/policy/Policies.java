package io.tokenbroker.policy;

import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Makes the policy of a client from its settings. */
@Singleton
public class Policies {

    private final PolicyRules rules;
    private final Clock clock;

    Policies(PolicyRules rules, Clock clock) {
        this.rules = rules;
        this.clock = clock;
    }

    public ClientPolicy of(BrokerSettings.Client client) {
        return new ClientPolicy(
                rules.of(client),
                MintRate.of(client.requestsPerMinute(), clock),
                new ForcedRefreshes(client.forceRefreshInterval(), clock));
    }
}
