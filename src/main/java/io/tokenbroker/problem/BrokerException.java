package io.tokenbroker.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A refusal. Its detail goes to the caller as it is: it says what is wrong, who must act and how, and holds no secret and
 * no free text of an upstream.
 */
public final class BrokerException extends RuntimeException {

    private final ProblemType type;
    private final List<FieldError> errors;
    private final @Nullable Reauthorize reauthorize;
    private final @Nullable Upstream upstream;
    private final @Nullable Duration retryAfter;
    private final @Nullable String rule;

    private BrokerException(
            ProblemType type,
            String detail,
            List<FieldError> errors,
            @Nullable Reauthorize reauthorize,
            @Nullable Upstream upstream,
            @Nullable Duration retryAfter,
            @Nullable String rule) {
        // Without a stack trace: a refusal is an answer, and filling one costs more than the rest of it.
        super(detail, null, false, false);
        this.type = type;
        this.errors = List.copyOf(errors);
        this.reauthorize = reauthorize;
        this.upstream = upstream;
        this.retryAfter = retryAfter;
        this.rule = rule;
    }

    public BrokerException(ProblemType type, String detail) {
        this(type, detail, List.of(), null);
    }

    private BrokerException(ProblemType type, String detail, List<FieldError> errors, @Nullable String rule) {
        this(type, detail, errors, null, null, null, rule);
    }

    /** A request with a wrong field. */
    public static BrokerException invalidField(String field, String message) {
        return invalidFields(List.of(new FieldError(field, message)));
    }

    /** A request of which several fields are wrong. */
    public static BrokerException invalidFields(List<FieldError> errors) {
        var detail = errors.stream().map(FieldError::sentence).collect(Collectors.joining(" "));
        return new BrokerException(ProblemType.INVALID_REQUEST, detail, errors, null);
    }

    /** What a rule of the client's policy refuses, by the rule's name. */
    public static BrokerException byRule(String rule, ProblemType type, String detail) {
        return new BrokerException(type, detail, List.of(), rule);
    }

    public BrokerException withReauthorize(Reauthorize how) {
        return new BrokerException(type, detail(), errors, how, upstream, retryAfter, rule);
    }

    public BrokerException withUpstream(@Nullable Upstream said) {
        return new BrokerException(type, detail(), errors, reauthorize, said, retryAfter, rule);
    }

    public BrokerException withRetryAfter(Duration after) {
        return new BrokerException(type, detail(), errors, reauthorize, upstream, after, rule);
    }

    public ProblemType type() {
        return type;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }

    public List<FieldError> errors() {
        return errors;
    }

    public Optional<Reauthorize> reauthorize() {
        return Optional.ofNullable(reauthorize);
    }

    /** What to do, for a caller who sees nothing but a text. */
    String advice() {
        return reauthorize().map(Reauthorize::advice).orElse("");
    }

    public Optional<Upstream> upstream() {
        return Optional.ofNullable(upstream);
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Which rule of the client's policy it was, if it was one. */
    public Optional<String> rule() {
        return Optional.ofNullable(rule);
    }

    /** One field of the request that is wrong. */
    public record FieldError(String field, String message) {

        private static final int LONGEST = 64;

        /** A field that does not exist. */
        public static FieldError unknown(String field, Collection<String> known) {
            return new FieldError(
                    printable(field),
                    NearestName.of(field, known)
                            .map("is not known; did you mean %s?"::formatted)
                            .orElse("is not known"));
        }

        /** A field's name comes from the caller: show it only as far as it is one. */
        static String printable(String field) {
            var clean = field.replaceAll("[^A-Za-z0-9_.\\[\\]-]", "?");
            return clean.substring(0, Math.min(clean.length(), LONGEST));
        }

        String sentence() {
            return "The field '%s' %s%s".formatted(field, message, message.endsWith("?") ? "" : ".");
        }
    }

    /**
     * What start needs so that the person can put things right; the names are those of its request.
     *
     * @param claims that start would take
     */
    public record Reauthorize(
            String accountId, String providerId, @Nullable String claims, List<String> scopes) {

        public Reauthorize {
            scopes = List.copyOf(scopes);
        }

        /** How the person's sign-in begins, for a caller that sees nothing but a text. */
        String advice() {
            return " Your page starts that by POST /authorizations/start with account_id %s.".formatted(accountId);
        }
    }

    /** What an upstream said, as codes and ids only: its free text may name people. Anything of another form is dropped. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Upstream(
            @Nullable String error,
            @Nullable String suberror,
            @Nullable List<Integer> errorCodes,
            @Nullable String correlationId,
            @Nullable String traceId) {

        /** OAuth error codes and the like. Short, and without the digits that a token has. */
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

        /** As the log has it: Entra finds the sign-in by the ids. */
        @Override
        public String toString() {
            return Stream.of(
                            part("error", error),
                            part("suberror", suberror),
                            part("error_codes", errorCodes),
                            part("correlation_id", correlationId),
                            part("trace_id", traceId))
                    .flatMap(Optional::stream)
                    .collect(Collectors.joining(" "));
        }

        private static Optional<String> part(String name, @Nullable Object value) {
            return Optional.<Object>ofNullable(value).map(said -> name + "=" + said);
        }

        private static @Nullable String matching(Pattern form, @Nullable String value) {
            return value != null && form.matcher(value).matches() ? value : null;
        }
    }
}
