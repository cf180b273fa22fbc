package io.tokenbroker.mint;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.Metered;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.mint.MintRequest.Ask;
import io.tokenbroker.mint.MintRequest.BatchItemRequest;
import io.tokenbroker.policy.PolicyRules.PolicyRule.Needs;
import io.tokenbroker.policy.PolicyRules.Verdict;
import io.tokenbroker.problem.Parameters.Body;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.refresh.RefusalProblems;
import io.tokenbroker.refresh.TokenSpec;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Judges a mint by every rule of the client's policy instead of the first that refuses, and mints nothing. */
@Path("/policy")
@Metered
class PolicyResource {

    private final Providers providers;
    private final RememberedLinks links;
    private final SecurityIdentity identity;

    PolicyResource(Providers providers, RememberedLinks links, SecurityIdentity identity) {
        this.providers = providers;
        this.links = links;
        this.identity = identity;
    }

    @POST
    @Path("/explain")
    @RunOnVirtualThread
    @RolesAllowed(Caller.CLIENT)
    public Explanation explain(@Nullable BatchItemRequest body) {
        var asked = Body.required(body);
        var client = (Caller.Client) Caller.of(identity);
        var ask = Ask.of(client, asked.accountId(), asked.mint(), Optional.empty());
        var rules = rules(ask);
        // As with a mint, a client learns only what its policy permits: whether the account exists is told after that.
        var ofAccount = rules.stream().allMatch(Verdict::allowed) ? budget(ask) : Optional.<Verdict>empty();
        var budgets = Stream.concat(Stream.of(client.policy().rate().judge()), ofAccount.stream());
        return Explanation.of(Stream.concat(rules.stream(), budgets).toList());
    }

    private List<Verdict> rules(Ask ask) {
        var policy = ask.client().policy();
        // Do not evaluate targets of providers outside the policy: the answer would leak their settings.
        var ofTarget = Optional.of(ask.account().providerId())
                .filter(policy::allowsProvider)
                .flatMap(providers::find)
                .map(provider ->
                        policy.judge(Needs.TARGET, ask.query(ask.request().target(provider))))
                .orElseGet(Stream::empty);
        return Stream.concat(policy.judge(Needs.ACCOUNT, ask.query()), ofTarget).toList();
    }

    /** The budget of forced refreshes, if this is one and the account can be minted for. */
    private Optional<Verdict> budget(Ask ask) {
        var id = ask.account();
        var link = links.current(id, ask.owner()).map(ask::owned).orElseThrow(Accounts::notFound);
        var provider = providers
                .remembered(id.providerId())
                .orElseThrow(() -> RefusalProblems.unusable(providers.whyUnusable(id.providerId())));
        return Optional.of(new TokenSpec(provider, link, ask.request().target(provider), Optional.empty()))
                .filter(spec -> ask.isForced())
                .map(spec -> ask.client().policy().forced().judge(spec.turns(true)));
    }

    /** What the policy says of a mint, and by which rule it refuses. */
    record Explanation(
            boolean allowed,
            List<Rule> rules,
            @Nullable String deniedBy,
            @Nullable String detail) {

        static Explanation of(List<Verdict> verdicts) {
            var refusing =
                    verdicts.stream().filter(verdict -> !verdict.allowed()).findFirst();
            return new Explanation(
                    refusing.isEmpty(),
                    verdicts.stream()
                            .map(verdict -> new Rule(verdict.rule(), verdict.allowed()))
                            .toList(),
                    refusing.map(Verdict::rule).orElse(null),
                    refusing.map(Verdict::refusal).orElse(null));
        }
    }

    record Rule(String rule, boolean allowed) {}
}
