package io.tokenbroker.complete;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What complete knows and resolve needs, sealed into {@code pending_link_id}.
 *
 * @param userId who signed in and must confirm; FusionAuth itself would link to anybody
 * @param identity who waits, where FusionAuth said it: so that resolving twice can be told from failing
 */
public record PendingLinkSeal(
        UUID userId,
        UUID providerId,
        String pendingLinkId,
        @Nullable String identity,
        Instant expiresAt) {

    /** What it is sealed for. */
    public static final String PURPOSE = "pending-link";

    /** Without FusionAuth's id. */
    @Override
    public String toString() {
        return "PendingLinkSeal[providerId=%s]".formatted(providerId);
    }
}
