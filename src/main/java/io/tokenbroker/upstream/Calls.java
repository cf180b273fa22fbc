package io.tokenbroker.upstream;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * Times calls to upstreams as {@code broker.upstream.calls}, and shows what a request waits for as spans of its trace.
 * Neither has anything of what is sent or answered but the status.
 */
@Singleton
public class Calls {

    private static final String NO_ANSWER = "no_answer";

    private final MeterRegistry metrics;
    private final Tracer tracer;

    public Calls(MeterRegistry metrics, Tracer tracer) {
        this.metrics = metrics;
        this.tracer = tracer;
    }

    /** Who is called. */
    public enum Callee {
        FUSIONAUTH,
        PROVIDER;

        private final String word = name().toLowerCase(Locale.ROOT);
    }

    /**
     * The answer to a call.
     *
     * @param operation what it is for; one of a few
     * @param status of HTTP; less than 100 if there was no answer
     */
    public <T, X extends Exception> T measure(
            Callee callee, String operation, ScopedValue.CallableOp<T, X> call, ToIntFunction<T> status) throws X {
        var start = Timer.start(metrics);
        var outcome = NO_ANSWER;
        try {
            var answer = span(callee.word + " " + operation, call);
            outcome = outcome(status.applyAsInt(answer));
            return answer;
        } finally {
            start.stop(timer(callee, operation, outcome));
        }
    }

    /** The result of work on the store, timed as {@code broker.store.operations}. */
    public <T> T ofStore(String operation, Supplier<T> work) {
        var start = Timer.start(metrics);
        var outcome = "failed";
        try {
            var result = span("store " + operation, work::get);
            outcome = "done";
            return result;
        } finally {
            start.stop(metrics.timer("broker.store.operations", "operation", operation, "outcome", outcome));
        }
    }

    /**
     * Shows as {@code broker.circuit.open} whether FusionAuth is cut off.
     *
     * @param provider whose sign-ins the calls are for
     */
    public Bulkhead watched(String provider, Bulkhead fusionAuth) {
        Gauge.builder("broker.circuit.open", () -> fusionAuth.isCutOff() ? 1 : 0)
                .description("Whether an upstream is asked by trials only, since it does not answer.")
                .tag("upstream", Callee.FUSIONAUTH.word)
                .tag("provider", provider)
                .register(metrics);
        return fusionAuth;
    }

    /** The result of work that a request waits for, shown as a span if the request is traced. */
    private <T, X extends Exception> T span(String name, ScopedValue.CallableOp<T, X> work) throws X {
        if (!Span.current().getSpanContext().isValid()) {
            return work.call();
        }
        var span = tracer.spanBuilder(name).setSpanKind(SpanKind.CLIENT).startSpan();
        try (var _ = span.makeCurrent()) {
            return work.call();
        } catch (Throwable failed) {
            // By its kind alone: a message may hold what was sent.
            span.setStatus(StatusCode.ERROR, failed.getClass().getSimpleName());
            throw failed;
        } finally {
            span.end();
        }
    }

    private Timer timer(Callee callee, String operation, String outcome) {
        return Timer.builder("broker.upstream.calls")
                .description("How long upstreams took to answer, by what they answered.")
                .tag("upstream", callee.word)
                .tag("operation", operation)
                .tag("outcome", outcome)
                .register(metrics);
    }

    private static String outcome(int status) {
        if (status < 100) {
            return NO_ANSWER;
        }
        return switch (status) {
            case 401, 403, 407 -> "unauthorized";
            case 429 -> "throttled";
            default -> status >= 500 ? "failed" : status >= 400 ? "refused" : "answered";
        };
    }
}
