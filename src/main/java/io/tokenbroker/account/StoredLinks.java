package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkApi;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Links as they stand in FusionAuth now, shadows resolved: an account whose own link is being replaced is there, with
 * the newer token. Blocks.
 */
@ApplicationScoped
public class StoredLinks {

    private final LinkApi links;

    StoredLinks(LinkApi links) {
        this.links = links;
    }

    public Optional<Link> find(AccountId id) {
        return links.find(id.providerId(), id.identity())
                .or(() -> links.find(id.providerId(), Shadow.identityOf(id.identity()))
                        .map(Shadow::standsFor));
    }

    public List<Link> ofUser(UUID userId) {
        var byAccount = new LinkedHashMap<AccountId, Link>();
        var stored = links.ofUser(userId);
        stored.stream()
                .filter(link -> !Shadow.isShadow(link.identity()))
                .forEach(link -> byAccount.put(AccountId.of(link), link));
        stored.stream()
                .filter(link -> Shadow.isShadow(link.identity()))
                .map(Shadow::standsFor)
                .forEach(link -> byAccount.putIfAbsent(AccountId.of(link), link));
        return List.copyOf(byAccount.values());
    }

    /** The user's accounts of which a crash, or somebody at work, has left a shadow. */
    public Set<AccountId> left(UUID userId) {
        return links.ofUser(userId).stream()
                .filter(link -> Shadow.isShadow(link.identity()))
                .map(shadow -> AccountId.of(Shadow.standsFor(shadow)))
                .collect(Collectors.toSet());
    }

    public List<Link> ofUser(UUID userId, UUID providerId) {
        return ofUser(userId).stream()
                .filter(link -> link.providerId().equals(providerId))
                .toList();
    }
}
