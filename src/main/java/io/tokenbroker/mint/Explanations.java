package io.tokenbroker.mint;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.policy.PolicyQuery;
import io.tokenbroker.policy.PolicyRule.Needs;
import io.tokenbroker.policy.Verdict;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges a mint by every rule of the client's policy instead of the first that refuses, and mints nothing. Whether the
 * account exists is told to whom a mint would tell it: a client whose policy lets it pass. Blocks.
 */
@Singleton
class Explanations {

    private final Providers providers;
    private final RememberedLinks links;

    Explanations(Providers providers, RememberedLinks links) {
        this.providers = providers;
        this.links = links;
    }

    Explanation of(Caller.Client client, String account, MintRequest request) {
        var id = AccountId.parse(account).orElseThrow(Accounts::notFound);
        // Of a provider outside their policy nobody hears what it makes of a target.
        var provider = Optional.of(id.providerId())
                .filter(client.policy()::allowsProvider)
                .flatMap(providers::find);
        var verdicts = new ArrayList<>(rules(client, id));
        provider.ifPresent(known -> verdicts.addAll(rules(client, known, request)));
        var budgets = new ArrayList<>(List.of(client.policy().rate().judge()));
        if (verdicts.stream().allMatch(Verdict::allowed)) {
            var link = MintService.owned(links.current(id).orElseThrow(Accounts::notFound), client, request);
            if (provider.isEmpty()) {
                throw Answers.unusable(providers.whyUnusable(id.providerId()));
            }
            if (request.insists()) {
                budgets.add(client.policy().forced().judge(new Wanted.Grant(id, link.epoch())));
            }
        }
        verdicts.addAll(budgets);
        return Explanation.of(verdicts);
    }

    private static List<Verdict> rules(Caller.Client client, AccountId id) {
        return client.policy()
                .judge(Needs.ACCOUNT, PolicyQuery.ofAccount(id.providerId(), client.user()))
                .toList();
    }

    private static List<Verdict> rules(Caller.Client client, Provider provider, MintRequest request) {
        var query = Target.of(provider, request).asked(provider.id(), client.user());
        return client.policy().judge(Needs.TARGET, query).toList();
    }
}
