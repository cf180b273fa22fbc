package io.tokenbroker.ops;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Keeps out of traces what callers and upstreams write into addresses and names: a path or a query may hold a code, a state
 * or a token. The route says which operation it was.
 */
@Singleton
class TraceAttributes implements SpanProcessor {

    private static final String LEFT_OUT = "-";

    private static final List<AttributeKey<String>> CHOSEN_BY_OTHERS = List.of(
            AttributeKey.stringKey("url.path"),
            AttributeKey.stringKey("url.query"),
            AttributeKey.stringKey("url.full"),
            AttributeKey.stringKey("user_agent.original"));

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        CHOSEN_BY_OTHERS.stream()
                .filter(key -> span.getAttribute(key) != null)
                .forEach(key -> span.setAttribute(key, LEFT_OUT));
    }

    @Override
    public boolean isStartRequired() {
        return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        // Nothing is left to do.
    }

    @Override
    public boolean isEndRequired() {
        return false;
    }
}
