package io.tokenbroker.tenant;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenbroker.problem.BrokerException.Upstream;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.tenant.HeldBack.RefusedClients;
import io.tokenbroker.tenant.HeldBack.TenantPauses;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.time.Time.Sleeper;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;

/** Refresh grants over a token endpoint as a model tells it: all but the wire and the pauses is real. */
public final class ModelTenant {

    private static final SimpleMeterRegistry METRICS = new SimpleMeterRegistry();
    private static final Clock ANY = Clock.systemUTC();
    private static final TenantPauses PAUSES = new TenantPauses(ANY);
    private static final RefusedClients REFUSED_CLIENTS = new RefusedClients(ANY);
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(10);

    private ModelTenant() {}

    /** @param send takes the refresh token and the user it is sent for */
    public static RefreshGrants refreshGrants(BiFunction<Secret, UUID, RefreshOutcome> send, Sleeper pauses) {
        return new RefreshGrants(grant(send), PAUSES, REFUSED_CLIENTS, METRICS, pauses, ANY, LONGEST_ANSWER);
    }

    @SuppressWarnings("NullAway") // no call goes out
    private static RefreshGrant grant(BiFunction<Secret, UUID, RefreshOutcome> send) {
        return new RefreshGrant(null, null, null, ANY) {
            @Override
            RefreshOutcome refresh(TokenEndpoint endpoint, Request request, Secret refreshToken) {
                return send.apply(refreshToken, request.userId());
            }
        };
    }

    public static RefreshOutcome refreshed(String accessToken, Secret refreshToken) {
        return new RefreshOutcome.Refreshed(
                Secret.of(accessToken),
                Optional.of(Duration.ofHours(1)),
                Optional.empty(),
                Optional.empty(),
                Optional.of(refreshToken),
                Optional.empty());
    }

    public static RefreshOutcome refused() {
        return new RefreshOutcome.Refused(
                Refusal.REAUTHORIZATION_REQUIRED, "revoked", false, Optional.empty(), Upstream.error("invalid_grant"));
    }

    public static RefreshOutcome unanswered() {
        return new RefreshOutcome.Unavailable(Outage.BROKEN_OFF, Optional.empty(), Upstream.error(null));
    }
}
