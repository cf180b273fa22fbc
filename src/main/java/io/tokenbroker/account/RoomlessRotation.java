package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkDeletion;
import io.tokenbroker.fusionauth.LinkRecords;
import io.tokenbroker.fusionauth.LinkWrite;
import io.tokenbroker.seal.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * The replacement of a spent token where FusionAuth has no room for a shadow, since the user's links are as many as are
 * allowed: the link goes before the new one comes, for what it holds is worth nothing any more. The only way in which an
 * account can be lost to a crash; so the broker links no account that would leave no room. A call whose answer was lost
 * is waited for, since what it does late would befall the only record there is. Blocks.
 */
@ApplicationScoped
class RoomlessRotation {

    private final LinkRecords links;
    private final Claims claims;

    RoomlessRotation(LinkRecords links, Claims claims) {
        this.links = links;
        this.claims = claims;
    }

    /**
     * Removes the link. From here to the end of {@link #restore} the new token is in memory only.
     *
     * @return why it was not removed; empty if it was
     */
    Optional<Kept> remove(Link link, Secret next) {
        var now = find(link);
        if (now.filter(there -> isToReplace(there, link, next)).isEmpty()) {
            return Optional.of(new Kept.Superseded(now));
        }
        return switch (links.delete(link)) {
            case LinkDeletion.Deleted deleted -> Optional.empty();
            // Believed only if it is seen: FusionAuth may not have said it, and may yet delete.
            case LinkDeletion.NotThere unlinked ->
                Optional.of(
                        isThere(link, next)
                                ? new Kept.AtWork(claims.whenOver())
                                : new Kept.Superseded(Optional.empty()));
            case LinkDeletion.InDoubt(var over) ->
                over ? find(link).map(there -> new Kept.Busy()) : Optional.of(new Kept.AtWork(claims.whenOver()));
        };
    }

    /** Whether the link is still there that {@link #remove} was to remove. */
    boolean isThere(Link link, Secret next) {
        return find(link).filter(there -> isToReplace(there, link, next)).isPresent();
    }

    /** Makes the link that {@link #remove} has removed, or somebody else has meanwhile. */
    Kept restore(Link link, Secret next) {
        if (links.create(link.withToken(next)) instanceof LinkWrite.InDoubt(var over) && !over) {
            return new Kept.AtWork(claims.whenOver());
        }
        return find(link).map(there -> restored(there, link, next)).orElseGet(Kept.Removed::new);
    }

    private Kept restored(Link there, Link link, Secret next) {
        if (there.holds(next)) {
            return new Kept.Replaced(there);
        }
        // The old one: whoever said that it had gone was not FusionAuth, which may yet delete it.
        return isToReplace(there, link, next)
                ? new Kept.AtWork(claims.whenOver())
                : new Kept.Superseded(Optional.of(there));
    }

    private boolean isToReplace(Link there, Link link, Secret next) {
        return Shadow.holding(link, next, claims.holder()).replaces(there);
    }

    private Optional<Link> find(Link link) {
        return links.find(link.providerId(), link.identity());
    }
}
