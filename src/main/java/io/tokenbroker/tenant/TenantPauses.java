package io.tokenbroker.tenant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import io.tokenbroker.time.Window;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Token endpoints that asked for a pause, each for one client: by {@code Retry-After}, or by a 429 that states no time. */
@ApplicationScoped
class TenantPauses {

    private static final Duration UNSTATED = Duration.ofSeconds(10);

    private final Clock clock;

    final Cache<TokenEndpoint.Client, Pause> pauses = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofHours(2))
            .build();

    TenantPauses(Clock clock) {
        this.clock = clock;
    }

    /** Why the endpoint must not be asked now, with what is left of its pause. */
    Optional<Unavailable> current(TokenEndpoint endpoint) {
        var now = clock.instant();
        return Optional.ofNullable(pauses.getIfPresent(endpoint.client()))
                .filter(pause -> pause.window().contains(now))
                .map(pause -> pause.why().forAnother(pause.window().left(now)));
    }

    void note(TokenEndpoint endpoint, RefreshOutcome outcome) {
        if (outcome instanceof Unavailable unavailable && unavailable.outage() != Outage.ASKED_TOO_OFTEN) {
            length(unavailable).filter(Duration::isPositive).ifPresent(length -> {
                var pause = new Pause(Window.of(clock.instant(), length), unavailable);
                // Of several answers at once the longest counts.
                pauses.asMap().merge(endpoint.client(), pause, (held, next) -> held.outlasts(next) ? held : next);
            });
        }
    }

    private static Optional<Duration> length(Unavailable unavailable) {
        return unavailable
                .retryAfter()
                .or(() -> unavailable.outage() == Outage.THROTTLED ? Optional.of(UNSTATED) : Optional.empty());
    }

    record Pause(Window window, Unavailable why) {

        boolean outlasts(Pause other) {
            return window.contains(other.window.from()) && window.until().isAfter(other.window.until());
        }
    }
}
