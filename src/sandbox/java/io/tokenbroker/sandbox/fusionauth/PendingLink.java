package io.tokenbroker.sandbox.fusionauth;

import java.time.Instant;
import java.util.UUID;

/** An identity that proved itself and waits to be told whose it is. */
record PendingLink(String id, UUID tenantId, UUID identityProviderId, UpstreamIdentity identity, Instant expiresAt) {

    @Override
    public String toString() {
        return "PendingLink[" + identityProviderId + ", " + identity.id() + "]";
    }
}
