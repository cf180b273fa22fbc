package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The pending links. Taking one is atomic, so that an id works once. */
final class FusionAuthPendingLinks {

    private final Map<String, PendingLink> pending = new ConcurrentHashMap<>();
    private final Clock clock;
    private volatile Duration lifetime = Duration.ofHours(1);

    FusionAuthPendingLinks(Clock clock) {
        this.clock = clock;
    }

    void lifetime(Duration newLifetime) {
        lifetime = newLifetime;
    }

    PendingLink add(UUID tenantId, UUID identityProviderId, UpstreamIdentity identity) {
        var link = new PendingLink(
                IssuedSecrets.fresh(""),
                tenantId,
                identityProviderId,
                identity,
                clock.instant().plus(lifetime));
        pending.put(link.id(), link);
        return link;
    }

    Optional<PendingLink> find(String id) {
        return Optional.ofNullable(pending.get(id)).filter(this::alive);
    }

    Optional<PendingLink> take(String id) {
        return Optional.ofNullable(pending.remove(id)).filter(this::alive);
    }

    /** Puts back what was taken and could not be used. */
    void putBack(PendingLink link) {
        pending.put(link.id(), link);
    }

    /** What waits now waits at another provider. */
    void move(UUID identityProviderId) {
        pending.replaceAll((id, link) ->
                new PendingLink(id, link.tenantId(), identityProviderId, link.identity(), link.expiresAt()));
    }

    int size() {
        return pending.size();
    }

    void clear() {
        pending.clear();
    }

    private boolean alive(PendingLink link) {
        return clock.instant().isBefore(link.expiresAt());
    }
}
