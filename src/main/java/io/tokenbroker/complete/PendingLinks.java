package io.tokenbroker.complete;

import io.tokenbroker.caller.Caller;
import io.tokenbroker.fusionauth.PendingLinkApi;
import io.tokenbroker.fusionauth.PendingLinkApi.PendingLink;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Sealer;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.start.AuthorizationState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Pending links: complete hands them to the caller, sealed, and resolve gets them back. Blocks. */
@ApplicationScoped
public class PendingLinks {

    private final PendingLinkApi fusionAuth;
    private final Sealer sealer;
    private final Duration lifetime;
    private final Clock clock;

    PendingLinks(PendingLinkApi fusionAuth, Sealer sealer, BrokerSettings settings, Clock clock) {
        this.fusionAuth = fusionAuth;
        this.sealer = sealer;
        this.lifetime = settings.authorization().stateLifetime();
        this.clock = clock;
    }

    Completed.Pending seal(AuthorizationState state, Secret pendingLinkId) {
        var who = whoWaits(pendingLinkId, state.userId());
        var identity = who.map(PendingLink::identity).orElse(null);
        var pending = new PendingLinkSeal(
                state.userId(),
                state.providerId(),
                pendingLinkId.reveal(),
                identity,
                state.accountId(),
                clock.instant().plus(lifetime));
        who.ifPresent(pending::require);
        if (who.filter(PendingLink::limitReached).isPresent()) {
            throw LinkingProblems.linkLimitReached();
        }
        return new Completed.Pending(
                "pending",
                sealer.seal(PendingLinkSeal.PURPOSE, pending),
                pending.expiresAt(),
                new Completed.PendingIdentity(
                        state.providerId(),
                        identity,
                        who.flatMap(PendingLink::displayName).orElse(null),
                        who.flatMap(PendingLink::email).orElse(null)));
    }

    /** The identity that waits, if FusionAuth says it now. A failure here is no reason to have a person sign in again. */
    public Optional<PendingLink> whoWaits(Secret pendingLinkId, UUID userId) {
        try {
            return fusionAuth.find(pendingLinkId, userId);
        } catch (BrokerException e) {
            return Optional.empty();
        }
    }

    /** @throws BrokerException if it was not made for this user, or is too old */
    public PendingLinkSeal open(Caller.User user, String sealed) {
        var pending = sealer.open(PendingLinkSeal.PURPOSE, sealed, PendingLinkSeal.class)
                .filter(opened -> opened.userId().equals(user.id()))
                .orElseThrow(
                        () -> new BrokerException(
                                ProblemType.INVALID_STATE,
                                "The pending_link_id was not made by this broker for this user. Send back exactly what complete gave."));
        if (!clock.instant().isBefore(pending.expiresAt())) {
            throw LinkingProblems.pendingLinkExpired();
        }
        return pending;
    }
}
