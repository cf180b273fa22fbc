package io.tokenbroker.policy;

import io.tokenbroker.policy.PolicyRule.Needs;
import io.tokenbroker.settings.BrokerSettings;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** What one client may do; by default nothing. */
public final class ClientPolicy {

    static final String PROVIDERS = "providers";

    private final List<PolicyRule> rules;
    private final PolicyRule[] onAccounts;
    private final PolicyRule[] onTargets;
    private final MintRate rate;
    private final ForcedRefreshes forced;

    private ClientPolicy(List<PolicyRule> rules, MintRate rate, ForcedRefreshes forced) {
        this.rules = List.copyOf(rules);
        this.onAccounts = needing(Needs.ACCOUNT).toArray(PolicyRule[]::new);
        this.onTargets = needing(Needs.TARGET).toArray(PolicyRule[]::new);
        this.rate = rate;
        this.forced = forced;
    }

    public static ClientPolicy of(BrokerSettings.Client client, PolicyRules rules, Clock clock) {
        return new ClientPolicy(
                rules.of(client),
                MintRate.of(client.requestsPerMinute(), clock),
                new ForcedRefreshes(client.forceRefreshInterval(), clock));
    }

    /** Refuses what this client may not do with this account, whatever it is for. */
    public void requireAccount(PolicyQuery query) {
        require(onAccounts, query);
    }

    /** Refuses what else this client may not do: once the target is known, and before anything of the account is read. */
    public void requireTarget(PolicyQuery query) {
        require(onTargets, query);
    }

    /** How each of the rules that need {@code known} judges a query. */
    public Stream<Verdict> judge(Needs known, PolicyQuery query) {
        return needing(known).map(rule -> new Verdict(rule.name(), rule.allows().test(query), rule.refusal()));
    }

    /** Whether accounts of this provider exist for this client. */
    public boolean allowsProvider(UUID provider) {
        var query = PolicyQuery.ofAccount(provider, Optional.empty());
        return rules.stream()
                .filter(rule -> rule.name().equals(PROVIDERS))
                .allMatch(rule -> rule.allows().test(query));
    }

    /** How often it may mint. */
    public MintRate rate() {
        return rate;
    }

    /** How often it may force a refresh. */
    public ForcedRefreshes forced() {
        return forced;
    }

    private Stream<PolicyRule> needing(Needs needs) {
        return rules.stream().filter(rule -> rule.needs() == needs);
    }

    private static void require(PolicyRule[] rules, PolicyQuery query) {
        for (var rule : rules) {
            if (!rule.allows().test(query)) {
                throw rule.refused();
            }
        }
    }
}
