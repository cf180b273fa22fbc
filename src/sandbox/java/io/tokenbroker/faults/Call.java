package io.tokenbroker.faults;

import org.jspecify.annotations.Nullable;

/**
 * One call of the broker that matters to an account: to FusionAuth about its link or its user, or to a token endpoint.
 *
 * @param kind of the provider that is asked; null for FusionAuth
 * @param account whom it concerns, if that can be told
 */
record Call(Step step, @Nullable Kind kind, @Nullable Account account) {

    /**
     * What is asked.
     *
     * @param object {@code token}, {@code link} or {@code user}
     */
    record Step(String method, String object) {

        static final Step REFRESH = new Step("POST", "token");

        @Override
        public String toString() {
            return method + " " + object;
        }
    }

    boolean isRefresh() {
        return step.equals(Step.REFRESH);
    }

    boolean isOf(String object) {
        return step.object().equals(object);
    }
}
