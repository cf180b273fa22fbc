package io.tokenbroker.policy;

import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import java.util.function.Predicate;

/**
 * One thing that a policy can refuse.
 *
 * @param name of the rule, which is that of its setting
 * @param needs what must be known to judge
 * @param allows asked for every token that is handed out, so it allocates nothing and takes no time
 * @param refusal what the caller is told: what is missing, and who can change that
 */
public record PolicyRule(String name, Needs needs, Predicate<Wish> allows, String refusal) {

    /** Rules are judged as early as they can be: the less is looked at for a caller who may not, the better. */
    public enum Needs {
        /** The account's id, which names its provider, and the caller. */
        ACCOUNT,
        /** The resource and the scopes too, which the provider helps to read. */
        TARGET
    }

    BrokerException refused() {
        return BrokerException.byRule(name, ProblemType.FORBIDDEN, refusal);
    }
}
