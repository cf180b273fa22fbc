package io.tokenbroker.problem;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
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
}
