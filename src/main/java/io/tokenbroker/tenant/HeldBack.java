package io.tokenbroker.tenant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import io.tokenbroker.tenant.RefreshOutcome.Unusable;
import io.tokenbroker.time.Time.Window;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;

/** What is not asked for now: endpoints that want a pause, and clients that a tenant refuses. */
public final class HeldBack {

    private HeldBack() {}

    /** Token endpoints that asked for a pause, each for one client: by {@code Retry-After}, or by a 429 that states no time. */
    @ApplicationScoped
    static class TenantPauses {

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

    /**
     * Clients that a tenant refuses, as for an expired secret, which says nothing about any account. The tenant is asked once
     * a minute until it accepts, and at once after the provider's configuration has changed.
     */
    @ApplicationScoped
    public static class RefusedClients {

        private static final Logger LOG = Logger.getLogger(RefusedClients.class);
        private static final Duration PAUSE = Duration.ofMinutes(1);

        private final Clock clock;

        final Cache<TokenEndpoint.Client, Refusal> refusals =
                Caffeine.newBuilder().maximumSize(10_000).build();

        RefusedClients(Clock clock) {
            this.clock = clock;
        }

        /** The refusal that holds for as long as the tenant is not asked again. */
        Optional<Refused> current(TokenEndpoint endpoint) {
            var now = clock.instant();
            return known(endpoint).filter(refusal -> refusal.covers(now)).map(Refusal::why);
        }

        /** What the tenant last said against the client as it is configured now; empty if it had no objection. */
        public Optional<Refusal> known(TokenEndpoint endpoint) {
            return Optional.ofNullable(refusals.getIfPresent(endpoint.client()))
                    .filter(refusal -> refusal.endpoint().equals(endpoint));
        }

        void note(TokenEndpoint endpoint, RefreshOutcome outcome) {
            switch (outcome) {
                case Refreshed _, Unusable _ -> accept(endpoint);
                case Refused refused -> {
                    switch (refused.refusal().breadth()) {
                        case PROVIDER -> refuse(endpoint, refused);
                        case ACCOUNT, RESOURCE -> accept(endpoint);
                        case ANSWER -> {}
                    }
                }
                case Unavailable _ -> {}
            }
        }

        private void refuse(TokenEndpoint endpoint, Refused refused) {
            var now = clock.instant();
            var before = known(endpoint);
            var since = before.map(Refusal::since).orElse(now);
            refusals.put(endpoint.client(), new Refusal(endpoint, refused, since, now));
            if (before.filter(known -> known.saysTheSameAs(refused)).isEmpty()) {
                LOG.warnf(
                        "The tenant at %s does not accept the client %s (%s). No account of it can be minted for until the operator mends the identity provider in FusionAuth; none is lost",
                        endpoint.uri(), endpoint.clientId(), refused.upstream());
            }
        }

        private void accept(TokenEndpoint endpoint) {
            if (refusals.getIfPresent(endpoint.client()) != null
                    && refusals.asMap().remove(endpoint.client()) != null) {
                LOG.infof("The tenant at %s accepts the client %s again", endpoint.uri(), endpoint.clientId());
            }
        }

        /** @param askedAt when the tenant said so last */
        public record Refusal(TokenEndpoint endpoint, Refused why, Instant since, Instant askedAt) {

            boolean covers(Instant now) {
                return Window.of(askedAt, PAUSE).contains(now);
            }

            boolean saysTheSameAs(Refused other) {
                return Objects.equals(why.upstream().error(), other.upstream().error())
                        && Objects.equals(
                                why.upstream().errorCodes(), other.upstream().errorCodes());
            }
        }
    }
}
