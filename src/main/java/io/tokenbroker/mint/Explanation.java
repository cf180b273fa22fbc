package io.tokenbroker.mint;

import io.tokenbroker.policy.Verdict;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What a client's policy says of a mint. */
@Schema(name = "PolicyExplanation", description = "What the client's policy says of a mint that was not made.")
record Explanation(
        @Schema(description = "Whether the policy lets the mint pass. The tenant may refuse it all the same.")
        boolean allowed,

        @Schema(description = "Every rule that was judged, in that order.")
        List<Rule> rules,

        @Schema(description = "The first rule that refuses; null if none does.", examples = "resources") @Nullable
        String deniedBy,

        @Schema(
                description = "What a mint would be told by that rule; null if none refuses.",
                examples = "This client's policy does not include this resource.")
        @Nullable
        String detail) {

    Explanation {
        rules = List.copyOf(rules);
    }

    static Explanation of(List<Verdict> verdicts) {
        var refusing = verdicts.stream().filter(verdict -> !verdict.allowed()).findFirst();
        return new Explanation(
                refusing.isEmpty(),
                verdicts.stream()
                        .map(verdict -> new Rule(verdict.rule(), verdict.allowed()))
                        .toList(),
                refusing.map(Verdict::rule).orElse(null),
                refusing.map(Verdict::refusal).orElse(null));
    }

    /** One rule of it. */
    @Schema(name = "PolicyRule", description = "How one rule judges.")
    record Rule(
            @Schema(
                    description = "The rule, by the name of its setting: broker.clients.<name>.<rule>.",
                    examples = "providers")
            String rule,

            @Schema(description = "Whether it lets the mint pass.")
            boolean allowed) {}
}
