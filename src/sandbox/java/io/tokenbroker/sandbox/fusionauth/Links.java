package io.tokenbroker.sandbox.fusionauth;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The links, one per tenant, provider and identity; guarded by this object's monitor. */
final class Links {

    record Key(UUID tenantId, UUID identityProviderId, String identityProviderUserId) {
        static Key of(Link link) {
            return new Key(link.tenantId(), link.identityProviderId(), link.identityProviderUserId());
        }
    }

    /** How an attempt to add a link ended. */
    sealed interface Addition {
        record Added(Link link) implements Addition {}

        record Exists(Link link) implements Addition {}

        record LimitReached() implements Addition {}
    }

    private final Map<Key, Link> links = new LinkedHashMap<>();

    /** Adds a link unless the identity is linked, or the user has {@code maximum} of that provider. */
    synchronized Addition add(Link link, int maximum) {
        var existing = links.get(Key.of(link));
        if (existing != null) {
            return new Addition.Exists(existing);
        }
        if (of(link.tenantId(), link.userId(), link.identityProviderId()).size() >= maximum) {
            return new Addition.LimitReached();
        }
        return new Addition.Added(put(link));
    }

    synchronized Link put(Link link) {
        Secrets.note(link.token());
        links.put(Key.of(link), link);
        return link;
    }

    synchronized Optional<Link> find(Key key) {
        return Optional.ofNullable(links.get(key));
    }

    synchronized Optional<Link> update(Key key, UnaryOperator<Link> change) {
        return find(key).map(change).map(this::put);
    }

    synchronized Optional<Link> remove(Key key, UUID userId) {
        var found = find(key).filter(link -> link.userId().equals(userId));
        found.ifPresent(link -> links.remove(key));
        return found;
    }

    /** A user's links, of one provider unless {@code identityProviderId} is null. */
    synchronized List<Link> of(UUID tenantId, UUID userId, @Nullable UUID identityProviderId) {
        return links.values().stream()
                .filter(link ->
                        link.tenantId().equals(tenantId) && link.userId().equals(userId))
                .filter(link ->
                        identityProviderId == null || link.identityProviderId().equals(identityProviderId))
                .toList();
    }

    synchronized List<Link> all() {
        return List.copyOf(links.values());
    }

    synchronized void clear() {
        links.clear();
    }
}
