package io.tokenbroker.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What an upstream said, as codes and ids only: its free text may name people. Anything of another form is dropped. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Upstream", description = "What the upstream said: codes and ids, never its text.")
public record Upstream(
        @Schema(description = "Its OAuth error.", examples = "invalid_grant") @Nullable
        String error,

        @Schema(description = "Its suberror.", examples = "consent_required") @Nullable
        String suberror,

        @Schema(description = "Its numbers; at Entra those of AADSTS.", examples = "[65001]") @Nullable
        List<Integer> errorCodes,

        @Schema(description = "Its id of the call.", examples = "0b1f6c1e-6c0a-4f4e-9d0a-6b0f1c2d3e4f") @Nullable
        String correlationId,

        @Schema(description = "Its id of the trace.", examples = "9d2c8a7b-5f4e-4a3b-8c2d-1e0f9a8b7c6d") @Nullable
        String traceId) {

    /** OAuth error codes and the like. Short and without digits runs that a token would have. */
    private static final Pattern CODE = Pattern.compile("[a-z][a-z_.-]{0,63}");

    private static final Pattern ID = Pattern.compile("[0-9a-fA-F-]{8,64}");

    public Upstream {
        error = matching(CODE, error);
        suberror = matching(CODE, suberror);
        errorCodes = errorCodes == null || errorCodes.isEmpty() ? null : List.copyOf(errorCodes);
        correlationId = matching(ID, correlationId);
        traceId = matching(ID, traceId);
    }

    public static Upstream error(@Nullable String error) {
        return new Upstream(error, null, null, null, null);
    }

    /** Whether anything is left of what was said. */
    boolean saysSomething() {
        return !equals(error(null));
    }

    private static @Nullable String matching(Pattern form, @Nullable String value) {
        return value != null && form.matcher(value).matches() ? value : null;
    }
}
