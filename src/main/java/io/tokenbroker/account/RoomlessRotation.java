package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkDeletion;
import io.tokenbroker.fusionauth.LinkRecords;
import io.tokenbroker.seal.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * The replacement of a spent token where FusionAuth has no room for a shadow, since the user's links are as many as are
 * allowed: the link goes before the new one comes, for what it holds is worth nothing any more. The only way in which an
 * account can be lost to a crash; so the broker links no account that would leave no room. Blocks.
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
        var now = links.find(link.providerId(), link.identity());
        if (now.filter(Shadow.holding(link, next, claims.holder())::replaces).isEmpty()) {
            return Optional.of(new Kept.Superseded(now));
        }
        return switch (links.delete(link)) {
            case LinkDeletion.Deleted deleted -> Optional.empty();
            case LinkDeletion.NotThere unlinked -> Optional.of(new Kept.Superseded(Optional.empty()));
            case LinkDeletion.InDoubt inDoubt ->
                links.find(link.providerId(), link.identity()).map(there -> new Kept.Busy());
        };
    }

    /** Makes the link that {@link #remove} has removed. */
    Kept restore(Link link, Secret next) {
        links.create(link.withToken(next));
        return links.find(link.providerId(), link.identity())
                .<Kept>map(
                        there -> there.holds(next) ? new Kept.Replaced(there) : new Kept.Superseded(Optional.of(there)))
                .orElseGet(Kept.Removed::new);
    }
}
