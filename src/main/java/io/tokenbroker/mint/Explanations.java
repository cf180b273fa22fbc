package io.tokenbroker.mint;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.RememberedLinks;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.policy.PolicyRule.Needs;
import io.tokenbroker.policy.Verdict;
import io.tokenbroker.policy.Wish;
import io.tokenbroker.provider.Providers;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

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
        var verdicts = new ArrayList<>(rules(client, id, request));
        var budgets = new ArrayList<>(List.of(client.policy().rate().judge()));
        if (verdicts.stream().allMatch(Verdict::allowed)) {
            var link = MintService.owned(links.current(id).orElseThrow(Accounts::notFound), client, request);
            if (request.insists()) {
                budgets.add(client.policy().forced().judge(new Wanted.Grant(id, link.epoch())));
            }
        }
        verdicts.addAll(budgets);
        return Explanation.of(verdicts);
    }

    /** What the target needs is the provider's to say, so nobody hears it of a provider outside their policy. */
    private List<Verdict> rules(Caller.Client client, AccountId id, MintRequest request) {
        var policy = client.policy();
        var verdicts = policy.judge(Needs.ACCOUNT, Wish.ofAccount(id.providerId(), client.user()))
                .toList();
        if (!policy.allowsProvider(id.providerId())) {
            return verdicts;
        }
        var all = new ArrayList<>(verdicts);
        providers
                .find(id.providerId())
                .map(provider -> Target.of(provider, request).asked(provider.id(), client.user()))
                .ifPresent(wish -> policy.judge(Needs.TARGET, wish).forEach(all::add));
        return all;
    }
}
