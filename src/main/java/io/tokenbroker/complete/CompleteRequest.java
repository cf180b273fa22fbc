package io.tokenbroker.complete;

import io.tokenbroker.problem.BrokerException;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The body of complete: the parameters that the provider sent to the redirect URI, a code or an error. */
@Schema(name = "CompleteRequest")
record CompleteRequest(
        @Schema(
                description = "As the provider returned it.",
                required = true,
                examples = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..")
        String state,

        @Schema(description = "The authorization code.", examples = "0.AXkA1b2c3d4e5f") @Nullable
        String code,

        @Schema(
                description = "The issuer, if the provider sent it (RFC 9207); checked then.",
                examples = "https://login.microsoftonline.com/5f0c6a52-31f6-4a0e-9d1f-0f4d2a7f8a10/v2.0")
        @Nullable
        String iss,

        @Schema(description = "The error, instead of a code.", examples = "access_denied") @Nullable
        String error,

        @Schema(description = "The provider's words; not shown to anybody.", examples = "The user declined.") @Nullable
        String errorDescription) {

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
