package io.tokenbroker.mint;

import io.tokenbroker.policy.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client's policy says of a mint. */
record Explanation(
        boolean allowed,
        List<Rule> rules,
        @Nullable String deniedBy,
        @Nullable String detail) {

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
    record Rule(String rule, boolean allowed) {}
}
