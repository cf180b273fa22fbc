package io.tokenbroker.problem;

import org.jspecify.annotations.Nullable;

/** Request bodies. */
public final class Body {

    private Body() {}

    /** The body, or the refusal of a request that has none. */
    public static <T> T required(@Nullable T body) {
        if (body == null) {
            throw new BrokerException(ProblemType.INVALID_REQUEST, "A JSON body is required.");
        }
        return body;
    }
}
