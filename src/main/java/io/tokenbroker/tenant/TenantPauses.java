package io.tokenbroker.tenant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The token endpoints that asked to be left alone for a while, each for one client: by {@code Retry-After}, which is
 * never more than an hour here, or by a 429 that does not say for how long.
 */
@ApplicationScoped
class TenantPauses {

    private static final Duration UNSAID = Duration.ofSeconds(10);

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
                .filter(pause -> pause.covers(now))
                .map(pause -> pause.remaining(now));
    }

    void note(TokenEndpoint endpoint, RefreshOutcome outcome) {
        if (outcome instanceof Unavailable unavailable && unavailable.outage() != Outage.ASKED_TOO_OFTEN) {
            length(unavailable).filter(Duration::isPositive).ifPresent(length -> {
                var now = clock.instant();
                var pause = new Pause(now, now.plus(length), unavailable);
                // Of several answers at once the longest counts.
                pauses.asMap().merge(endpoint.client(), pause, (held, next) -> held.outlasts(next) ? held : next);
            });
        }
    }

    private static Optional<Duration> length(Unavailable unavailable) {
        return unavailable
                .retryAfter()
                .or(() -> unavailable.outage() == Outage.THROTTLED ? Optional.of(UNSAID) : Optional.empty());
    }

    record Pause(Instant since, Instant until, Unavailable why) {

        boolean outlasts(Pause other) {
            return covers(other.since) && until.isAfter(other.until);
        }

        /** A clock that was set back must not prolong it. */
        boolean covers(Instant now) {
            return !now.isBefore(since) && now.isBefore(until);
        }

        Unavailable remaining(Instant now) {
            return why.forAnother(Duration.between(now, until));
        }
    }
}
