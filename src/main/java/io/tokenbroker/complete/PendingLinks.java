package io.tokenbroker.complete;

import io.tokenbroker.caller.Caller;
import io.tokenbroker.fusionauth.PendingLinkApi;
import io.tokenbroker.fusionauth.PendingLinkApi.PendingLink;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Sealer;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.start.AuthorizationState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

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

    /**
     * What complete knows and resolve needs, sealed into {@code pending_link_id}.
     *
     * @param userId the user who signed in and must confirm; FusionAuth itself would link to any user
     * @param identity the identity that waits, if FusionAuth said it: it tells resolving twice from failing
     * @param accountId the account to authorize again; null for a new one
     */
    public record PendingLinkSeal(
            UUID userId,
            UUID providerId,
            String pendingLinkId,
            @Nullable String identity,
            @Nullable String accountId,
            Instant expiresAt) {

        /** What it is sealed for. */
        public static final String PURPOSE = "pending-link";

        /** FusionAuth's id of it. */
        public Secret id() {
            return Secret.of(pendingLinkId);
        }

        /** Refuses an identity of another provider than was asked, or of another account than is to be authorized again. */
        public void require(PendingLink who) {
            if (!who.providerId().equals(providerId)) {
                throw LinkingProblems.anotherProvider();
            }
            var id = new AccountId(providerId, who.identity());
            if (accountId != null && !accountId.equals(id.toString())) {
                throw LinkingProblems.mismatch();
            }
        }

        public PendingLinkSeal withIdentity(String known) {
            return new PendingLinkSeal(userId, providerId, pendingLinkId, known, accountId, expiresAt);
        }

        /** Without FusionAuth's id. */
        @Override
        public String toString() {
            return "PendingLinkSeal[providerId=%s]".formatted(providerId);
        }
    }
}
