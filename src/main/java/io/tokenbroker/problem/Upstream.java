package io.tokenbroker.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an upstream said, as codes and ids only: its free text may name people. Anything of another form is dropped. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Upstream(
        @Nullable String error,
        @Nullable String suberror,
        @Nullable List<Integer> errorCodes,
        @Nullable String correlationId,
        @Nullable String traceId) {

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
