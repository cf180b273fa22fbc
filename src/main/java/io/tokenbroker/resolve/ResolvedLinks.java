package io.tokenbroker.resolve;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Who waited in the pending links that this replica has resolved. Where FusionAuth did not say it to complete, nothing
 * else tells a second try from a first that comes too late.
 */
@ApplicationScoped
class ResolvedLinks {

    private final Cache<Secret, String> identities;

    ResolvedLinks(BrokerSettings settings) {
        identities = Caffeine.newBuilder()
                .expireAfterWrite(settings.authorization().stateLifetime())
                .maximumSize(100_000)
                .build();
    }

    void note(Secret pendingLinkId, String identity) {
        identities.put(pendingLinkId, identity);
    }

    Optional<String> identityOf(Secret pendingLinkId) {
        return Optional.ofNullable(identities.getIfPresent(pendingLinkId));
    }
}
