package io.tokenbroker.account;

import io.tokenbroker.account.Claim.Held;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkDeletion;
import io.tokenbroker.fusionauth.LinkRecords;
import io.tokenbroker.fusionauth.LinkWrite;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.seal.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Steps 2 and 3 of {@link LinkRotation}: the link gives way to what the shadow holds. Whoever has no answer to one of the
 * calls, and does not see it done, leaves the account alone until that call must be over. Blocks.
 */
@ApplicationScoped
class LinkReplacement {

    private final LinkRecords links;
    private final Claims claims;

    /** Whether FusionAuth replaces a link that is there when it is posted; nobody says so, the first rotation tells. */
    private volatile Posting posting = Posting.UNKNOWN;

    private enum Posting {
        UNKNOWN,
        REPLACES,
        REFUSED
    }

    LinkReplacement(LinkRecords links, Claims claims) {
        this.links = links;
        this.claims = claims;
    }

    /** Whether this server is known to replace what is posted. */
    boolean takesOneCall() {
        return posting == Posting.REPLACES;
    }

    /** On a server that replaces, one call does it, and no claim would hold. */
    Kept overwrite(Link link, Secret next) {
        var now = links.find(link.providerId(), link.identity());
        if (now.filter(Shadow.holding(link, next, claims.holder())::replaces).isEmpty()) {
            return new Kept.Superseded(now);
        }
        links.create(link.withToken(next));
        var done = links.find(link.providerId(), link.identity()).filter(there -> there.holds(next));
        if (done.isEmpty()) {
            posting = Posting.UNKNOWN;
        }
        return done.<Kept>map(Kept.Replaced::new).orElseGet(Kept.Busy::new);
    }

    /** Steps 2 and 3, whichever is left of them: the link as it stands then. */
    Optional<Link> finish(Held held, Optional<Link> now) {
        var wanted = held.shadow().standsFor();
        if (wanted.isEmpty() || now.filter(link -> stands(held, link)).isPresent()) {
            return now;
        }
        if (now.isEmpty()) {
            return made(held, wanted.get());
        }
        var tried = posting == Posting.REFUSED ? now : overwritten(held, wanted.get());
        if (tried.isEmpty() || tried.filter(link -> stands(held, link)).isPresent()) {
            return tried;
        }
        var done = removed(held, tried.get()) ? made(held, wanted.get()) : accountAfter(held, false);
        if (done.filter(link -> !stands(held, link)).isPresent()) {
            // It is there still: whoever said that it had gone was not FusionAuth, which may yet delete it.
            leaveIfAtWork(held, false);
        }
        return done;
    }

    private static boolean stands(Held held, Link link) {
        var shadow = held.shadow();
        return !shadow.replaces(link) || link.token().equals(shadow.link().token());
    }

    /** The cheap way: no server promises it, so the link itself says whether it worked. */
    private Optional<Link> overwritten(Held held, Link wanted) {
        claims.requireTime(held);
        var write = links.create(wanted);
        var now = accountAfter(held, write.isOver());
        if (now.filter(link -> link.token().equals(wanted.token())).isPresent()) {
            posting = Posting.REPLACES;
        } else if (write instanceof LinkWrite.InDoubt) {
            leaveIfAtWork(held, write.isOver());
        } else {
            posting = Posting.REFUSED;
        }
        return now;
    }

    private boolean removed(Held held, Link link) {
        claims.requireTime(held);
        return switch (links.delete(link)) {
            case LinkDeletion.Deleted deleted -> true;
            case LinkDeletion.NotThere unlinked -> false;
            case LinkDeletion.InDoubt(var over) -> {
                if (accountAfter(held, over).isPresent()) {
                    leaveIfAtWork(held, over);
                    throw Claims.busy();
                }
                // Ours or a person's: while the shadow stands, the account is kept.
                var shadow = held.shadow().link();
                yield links.find(shadow.providerId(), shadow.identity()).isPresent();
            }
        };
    }

    /** Empty if a person unlinked since; not on a claim taken over, whose dead holder may delete late. */
    private Optional<Link> made(Held held, Link wanted) {
        claims.requireTime(held);
        var write = links.create(wanted);
        var there = accountAfter(held, write.isOver());
        var wasWritten =
                write instanceof LinkWrite.Written(var link) && link.token().equals(wanted.token());
        if (there.isPresent() || (wasWritten && held.mark().isEmpty())) {
            return there;
        }
        if (write instanceof LinkWrite.Refused && held.mark().isPresent()) {
            return made(claims.unmarked(held), wanted);
        }
        leaveIfAtWork(held, write.isOver());
        throw Claims.busy();
    }

    /** The account after a call on it, of which nothing is known any more if it cannot be read. */
    private Optional<Link> accountAfter(Held held, boolean over) {
        try {
            return account(held);
        } catch (BrokerException unread) {
            leaveIfAtWork(held, over);
            throw unread;
        }
    }

    /** What FusionAuth may still do must not come upon what is done next. */
    private void leaveIfAtWork(Held held, boolean over) {
        if (!over) {
            claims.abandon(held);
            throw Claims.busy(Claims.STALE);
        }
    }

    /** The account that is claimed, as it stands now. */
    Optional<Link> account(Held held) {
        var id = Shadow.accountOf(held.shadow().link());
        return links.find(id.providerId(), id.identity());
    }
}
