package io.tokenbroker.policy;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenbroker.policy.PolicyRules.PolicyQuery;
import io.tokenbroker.policy.PolicyRules.PolicyRule;
import io.tokenbroker.policy.PolicyRules.PolicyRule.Needs;
import io.tokenbroker.policy.PolicyRules.Verdict;
import io.tokenbroker.policy.RefreshTurns.ForcedRefreshes;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.settings.BrokerSettings;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** What one client may do; by default nothing. */
public final class ClientPolicy {

    private static final UUID NO_PROVIDER = new UUID(0, 0);

    private final List<PolicyRule> rules;
    private final PolicyRule[] onAccounts;
    private final PolicyRule[] onTargets;
    private final RequestRate rate;
    private final ForcedRefreshes forced;
    private final boolean mayListAll;

    private ClientPolicy(List<PolicyRule> rules, RequestRate rate, ForcedRefreshes forced, boolean mayListAll) {
        this.rules = List.copyOf(rules);
        this.onAccounts = needing(Needs.ACCOUNT).toArray(PolicyRule[]::new);
        this.onTargets = needing(Needs.TARGET).toArray(PolicyRule[]::new);
        this.rate = rate;
        this.forced = forced;
        this.mayListAll = mayListAll;
    }

    public static ClientPolicy of(
            String name,
            BrokerSettings.Client client,
            PolicyRules rules,
            RefreshTurns turns,
            MeterRegistry metrics,
            Clock clock) {
        return new ClientPolicy(
                rules.of(client),
                RequestRate.ofClient(name, client.requestsPerMinute(), metrics, clock),
                new ForcedRefreshes(name, client.forceRefreshInterval(), turns),
                client.mayListAllAccounts());
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
                .filter(rule -> rule.name().equals(PolicyRules.PROVIDERS))
                .allMatch(rule -> rule.allows().test(query));
    }

    /** Refuses to tell of a user's accounts if this client needs the user's own token for that. */
    public void requireReading(Optional<UUID> user) {
        rules.stream()
                .filter(rule -> rule.name().equals(PolicyRules.SUBJECT_TOKEN))
                .filter(rule -> !rule.allows().test(PolicyQuery.ofAccount(NO_PROVIDER, user)))
                .findFirst()
                .ifPresent(rule -> {
                    throw rule.refused();
                });
    }

    /** Refuses to tell of all users' accounts unless this client may list them. */
    public void requireListingAll() {
        requireReading(Optional.empty());
        if (!mayListAll) {
            throw BrokerException.byRule(
                    "may-list-all-accounts",
                    ProblemType.FORBIDDEN,
                    "This client's policy does not let it list the accounts of all users. To list those of one, name the user: "
                            + "user_id. The broker's operator can allow all: broker.clients.<name>.may-list-all-accounts.");
        }
    }

    /** How often it may ask. */
    public RequestRate rate() {
        return rate;
    }

    /** How often it may have a usable token passed over. */
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
