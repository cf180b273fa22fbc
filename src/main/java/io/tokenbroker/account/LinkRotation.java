package io.tokenbroker.account;

import io.tokenbroker.account.Claim.Held;
import io.tokenbroker.account.Claim.NoRoom;
import io.tokenbroker.account.Claim.Taken;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkDeletion;
import io.tokenbroker.fusionauth.LinkRecords;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.seal.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;

/**
 * The one owner of the rule by which a link's token is replaced, although FusionAuth cannot update a link. What a crash
 * leaves is one of these states, and {@link #settle} finishes it:
 *
 * <pre>
 *     link     shadow        how it came about              how it is finished
 * 0   old      –             nothing has begun              –
 *     │ POST shadow (new)
 * 1   old      new           stopped after the claim        2, 3, 4
 *     │ DELETE link, if it is still the one to replace
 * 2   –        new           stopped in between             3, 4; until then the shadow is the account
 *     │ POST link (new)
 * 3   new      new           stopped before the end         4
 *     │ DELETE shadow
 * 4   new      –             done                           –
 *
 *     other    new           a person signed in meanwhile   4: what the person did stands
 *     any      no token      an unlink or a sign-in         4: the claim ends, the link stands as it is
 *                            stopped in between
 * </pre>
 *
 * From the claim on a working token is stored at every instant. The shadow names the link that it replaces, so that a
 * newer one is never replaced. A link that is gone when it is to be deleted, or a shadow gone at the end, means that a
 * person unlinked: what was made is taken back. Every writer holds the claim ({@link Claims}): rotation, unlink, and the
 * sign-in to a known account. {@code docs/rotation.md} looks at each window in between.
 * Blocks; call it with the account's lock of this process held.
 */
@ApplicationScoped
class LinkRotation {

    private final LinkRecords links;
    private final StoredLinks stored;
    private final Claims claims;
    private final LinkReplacement replacement;

    LinkRotation(LinkRecords links, StoredLinks stored, Claims claims, LinkReplacement replacement) {
        this.links = links;
        this.stored = stored;
        this.claims = claims;
        this.replacement = replacement;
    }

    /** Replaces the token of {@code link}, which {@code next} was got for. */
    Kept keep(Link link, Secret next) {
        if (replacement.takesOneCall()) {
            return replacement.overwrite(link, next);
        }
        return switch (claim(Shadow.holding(link, next, claims.holder()))) {
            case Held held -> keep(held, next);
            case Taken taken -> new Kept.Busy();
            case NoRoom full -> new Kept.NoRoom();
        };
    }

    private Kept keep(Held held, Secret next) {
        try {
            // Asked twice before what may be the only token is dropped.
            var now = replacement.account(held).or(() -> replacement.account(held));
            if (now.filter(held.shadow()::replaces).isEmpty()) {
                claims.release(held);
                return new Kept.Superseded(now);
            }
            var done = replacement.finish(held, now);
            var released = claims.release(held);
            var made = done.filter(link -> link.holds(next));
            if (made.isPresent() && released instanceof LinkDeletion.NotThere && isGone(held)) {
                // Somebody removed the shadow by hand, and so meant the account.
                links.delete(made.get());
                return new Kept.Superseded(Optional.empty());
            }
            return made.<Kept>map(Kept.Replaced::new).orElseGet(() -> new Kept.Superseded(done));
        } catch (BrokerException unavailable) {
            return new Kept.Shadowed(unavailable.detail());
        }
    }

    private boolean isGone(Held held) {
        var shadow = held.shadow().link();
        return links.find(shadow.providerId(), shadow.identity()).isEmpty();
    }

    /** Finishes what was left of this account; empty if somebody is at it, or must be thought to be. */
    Optional<StoredLinks.Stored> settle(UUID userId, AccountId id) {
        var found = stored.look(userId, id);
        return found.shadow().isEmpty()
                ? Optional.of(found)
                : found.shadow().flatMap(this::settle).map(link -> new StoredLinks.Stored(link, Optional.empty()));
    }

    private Optional<Optional<Link>> settle(Shadow left) {
        if (claims.isLeft(left) && claims.takeOver(left) instanceof Held held) {
            var link = replacement.finish(held, replacement.account(held));
            claims.release(held);
            return Optional.of(link);
        }
        return Optional.empty();
    }

    Claim claim(Link link) {
        return claim(Shadow.claiming(link, claims.holder()));
    }

    private Claim claim(Shadow wanted) {
        var claim = claims.claim(wanted);
        return claim instanceof Taken(var by) && settle(by).isPresent() ? claims.claim(wanted) : claim;
    }
}
