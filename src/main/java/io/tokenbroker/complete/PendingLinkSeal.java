package io.tokenbroker.complete;

import io.tokenbroker.fusionauth.PendingLinkApi.PendingLink;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.seal.Secret;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

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
