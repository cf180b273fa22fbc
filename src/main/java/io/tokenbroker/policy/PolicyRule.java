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
 * @param refusal tells the caller what is missing, and who can change that
 */
public record PolicyRule(String name, Needs needs, Predicate<PolicyQuery> allows, String refusal) {

    /** What must be known. Rules are judged as early as they can be, so that little is read for a caller that may not. */
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
