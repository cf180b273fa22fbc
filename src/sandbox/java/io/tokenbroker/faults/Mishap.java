package io.tokenbroker.faults;

import io.tokenbroker.sandbox.wire.Reply;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What a server, or what stands before it, may answer instead of the truth. */
enum Mishap {
    UNAVAILABLE("503"),
    THROTTLED("429 with Retry-After"),
    PAGE("200 with HTML"),
    GATEWAY("502 with HTML"),
    GARBAGE("200 with broken JSON"),
    HANG("no answer in time"),
    CLOSED("connection closed");

    private final String words;

    Mishap(String words) {
        this.words = words;
    }

    /** Befalls every call that {@code calls} accepts, before the work is done or after. */
    Disruption befalling(Predicate<Call> calls, boolean afterCommit) {
        return new Befalling(this, calls, afterCommit, new CountDownLatch(1));
    }

    private Reply reply() {
        return switch (this) {
            // As a provider says it, and as FusionAuth does.
            case UNAVAILABLE ->
                Reply.json(
                        503,
                        Map.of(
                                "error",
                                "temporarily_unavailable",
                                "generalErrors",
                                List.of(Map.of("code", "[SearchEngineUnavailable]"))));
            case THROTTLED -> Reply.of(429, "text/plain", "Too many requests").with("Retry-After", "1");
            case PAGE -> Reply.html(200, "<html><body><h1>Please sign in to the Wi-Fi</h1></body></html>");
            case GATEWAY -> Reply.html(502, "<html><body><h1>502 Bad Gateway</h1></body></html>");
            case GARBAGE -> Reply.of(200, "application/json", "{\"access_token\": <<<");
            case HANG, CLOSED -> Reply.dropped();
        };
    }

    @Override
    public String toString() {
        return words;
    }

    private record Befalling(Mishap mishap, Predicate<Call> calls, boolean afterCommit, CountDownLatch over)
            implements Disruption {

        @Override
        public Reply meet(Call call, Supplier<Reply> work) {
            if (!calls.test(call)) {
                return work.get();
            }
            if (afterCommit) {
                var _ = work.get();
            }
            if (mishap == HANG) {
                Waiting.forLatch(over);
            }
            return mishap.reply();
        }

        @Override
        public void end() {
            over.countDown();
        }
    }
}
