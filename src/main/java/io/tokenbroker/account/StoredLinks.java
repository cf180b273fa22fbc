package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkRecords;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
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

    private final LinkRecords links;
    private final UnstoredTokens unstored;
    private final SeenUsers seen;

    StoredLinks(LinkRecords links, UnstoredTokens unstored, SeenUsers seen) {
        this.links = links;
        this.unstored = unstored;
        this.seen = seen;
    }

    public Optional<Link> find(AccountId id) {
        var found = plain(id)
                .or(() -> links.find(id.providerId(), Shadow.identityOf(id.identity()))
                        .flatMap(shadow -> new Shadow(shadow).standsFor()))
                // Another broker may have been in the middle of replacing it at each of these looks.
                .or(() -> plain(id))
                .or(() -> unstored.removedLink(id));
        found.map(Link::userId).ifPresent(seen::note);
        return found;
    }

    public List<Link> ofUser(UUID userId) {
        var byAccount = new LinkedHashMap<AccountId, Link>();
        var stored = links.ofUser(userId);
        if (!stored.isEmpty()) {
            seen.note(userId);
        }
        stored.stream()
                .filter(link -> !Shadow.isShadow(link.identity()))
                .forEach(link -> byAccount.put(AccountId.of(link), link));
        stored.stream()
                .filter(link -> Shadow.isShadow(link.identity()))
                .flatMap(link -> new Shadow(link).standsFor().stream())
                .forEach(link -> byAccount.putIfAbsent(AccountId.of(link), link));
        unstored.removedLinks(userId).forEach(link -> byAccount.putIfAbsent(AccountId.of(link), link));
        return List.copyOf(byAccount.values());
    }

    /** The user's accounts of which a crash, or somebody at work, has left a shadow. */
    public Set<AccountId> left(UUID userId) {
        return links.ofUser(userId).stream()
                .filter(record -> Shadow.isShadow(record.identity()))
                .map(Shadow::accountOf)
                .collect(Collectors.toSet());
    }

    public List<Link> ofUser(UUID userId, UUID providerId) {
        return ofUser(userId).stream()
                .filter(link -> link.providerId().equals(providerId))
                .toList();
    }

    /** What is stored of an account: its link, and a shadow if something was left or is going on. */
    record Stored(Optional<Link> link, Optional<Shadow> shadow) {

        /** The link, or what the shadow stands for. */
        Optional<Link> account() {
            return link.or(() -> shadow.flatMap(Shadow::standsFor));
        }
    }

    /** The account as it is stored, nothing resolved. */
    Stored look(UUID userId, AccountId id) {
        var records = links.ofUser(userId).stream()
                .filter(record -> record.providerId().equals(id.providerId()))
                .toList();
        return new Stored(
                records.stream()
                        .filter(record -> record.identity().equals(id.identity()))
                        .findFirst(),
                // The shadow of a shadow is longer, and goes with it.
                records.stream()
                        .filter(record -> Shadow.belongsTo(id, record))
                        .min(Comparator.comparingInt(record -> record.identity().length()))
                        .map(Shadow::new));
    }

    private Optional<Link> plain(AccountId id) {
        return links.find(id.providerId(), id.identity());
    }
}
