package io.tokenbroker.ops;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.quarkus.opentelemetry.runtime.propagation.TextMapPropagatorCustomizer;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** W3C Trace Context without {@code tracestate}, which callers write as they like: it would be exported with each span. */
record TraceParent(TextMapPropagator whole) implements TextMapPropagator {

    private static final String HEADER = "traceparent";

    @Override
    public Collection<String> fields() {
        return List.of(HEADER);
    }

    @Override
    public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        whole.inject(context, carrier, setter);
    }

    @Override
    public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
        return whole.extract(context, carrier, new OneHeader<>(getter));
    }

    private record OneHeader<C>(TextMapGetter<C> all) implements TextMapGetter<C> {

        @Override
        public Iterable<String> keys(C carrier) {
            return List.of(HEADER);
        }

        @Override
        public @Nullable String get(@Nullable C carrier, String key) {
            return key.equals(HEADER) ? all.get(carrier, key) : null;
        }
    }

    @Singleton
    static class Customizer implements TextMapPropagatorCustomizer {

        @Override
        public TextMapPropagator customize(TextMapPropagatorCustomizer.Context configured) {
            return new TraceParent(configured.propagator());
        }
    }
}
