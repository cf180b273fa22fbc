package io.tokenbroker.complete;

import io.tokenbroker.problem.BrokerException;
import org.jspecify.annotations.Nullable;

/** The body of complete: the parameters that the provider sent to the redirect URI, a code or an error. */
record CompleteRequest(
        String state,
        @Nullable String code,
        @Nullable String iss,
        @Nullable String error,
        @Nullable String errorDescription) {

    private static final int LONGEST_CODE = 8_192;

    @SuppressWarnings("ConstantValue") // JSON may leave out what the type says is there
    CompleteRequest {
        if (state == null || state.isBlank()) {
            throw BrokerException.invalidField("state", "is required");
        }
        if ((code == null) == (error == null)) {
            throw BrokerException.invalidField("code", "or error must be given, not both");
        }
        if (code != null && (code.isBlank() || code.length() > LONGEST_CODE)) {
            throw BrokerException.invalidField("code", "must have 1 to 8192 characters");
        }
        if (error != null && error.isBlank()) {
            throw BrokerException.invalidField("error", "must not be empty");
        }
    }

    /** Without the code and the state. */
    @Override
    public String toString() {
        return "CompleteRequest[error=%s]".formatted(error != null);
    }
}
