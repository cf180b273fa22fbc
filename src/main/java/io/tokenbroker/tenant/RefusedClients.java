package io.tokenbroker.tenant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import io.tokenbroker.tenant.RefreshOutcome.Unusable;
import io.tokenbroker.time.Window;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Clients that a tenant refuses, as for an expired secret, which says nothing about any account. The tenant is asked once
 * a minute until it accepts, and at once after the provider's configuration has changed.
 */
@ApplicationScoped
public class RefusedClients {

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
        if (refusals.getIfPresent(endpoint.client()) != null && refusals.asMap().remove(endpoint.client()) != null) {
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
