package io.tokenbroker.ops;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurablePropagatorProvider;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** W3C Trace Context without {@code tracestate}, which callers write as they like: it would be exported with each span. */
public final class TraceParent implements ConfigurablePropagatorProvider, TextMapPropagator {

    private static final String HEADER = "traceparent";

    private final TextMapPropagator both = W3CTraceContextPropagator.getInstance();

    @Override
    public TextMapPropagator getPropagator(ConfigProperties config) {
        return this;
    }

    /** As {@code quarkus.otel.propagators} has it. */
    @Override
    public String getName() {
        return HEADER;
    }

    @Override
    public Collection<String> fields() {
        return List.of(HEADER);
    }

    @Override
    public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        both.inject(context, carrier, setter);
    }

    @Override
    public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
        return both.extract(context, carrier, new ParentOf<>(getter));
    }

    /** Reads that header alone. */
    private record ParentOf<C>(TextMapGetter<C> all) implements TextMapGetter<C> {

        @Override
        public Iterable<String> keys(C carrier) {
            return List.of(HEADER);
        }

        @Override
        public @Nullable String get(@Nullable C carrier, String key) {
            return key.equals(HEADER) ? all.get(carrier, key) : null;
        }
    }
}
