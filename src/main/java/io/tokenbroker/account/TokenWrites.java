package io.tokenbroker.account;

import io.tokenbroker.account.Claim.Held;
import io.tokenbroker.account.Claim.NoRoom;
import io.tokenbroker.account.Claim.Taken;
import io.tokenbroker.account.UnstoredTokens.Unstored;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkDeletion;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.seal.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Writes a rotated token to where it is kept, and takes note of what came of it: the sweep comes back to whatever went
 * wrong. Blocks; call it with the account's lock held.
 */
@ApplicationScoped
class TokenWrites {

    private static final Logger LOG = Logger.getLogger(TokenWrites.class);

    private final LinkRotation rotation;
    private final RoomlessRotation roomless;
    private final Claims claims;
    private final RememberedLinks remembered;
    private final UnstoredTokens unstored;
    private final SeenUsers seen;

    TokenWrites(
            LinkRotation rotation,
            RoomlessRotation roomless,
            Claims claims,
            RememberedLinks remembered,
            UnstoredTokens unstored,
            SeenUsers seen) {
        this.rotation = rotation;
        this.roomless = roomless;
        this.claims = claims;
        this.remembered = remembered;
        this.unstored = unstored;
        this.seen = seen;
    }

    /**
     * Stores a token that is the only one. Until it is stored it stays in memory, and whoever uses the account tries again.
     *
     * @throws BrokerException if it could not be stored
     */
    void store(Unstored token) {
        unstored.put(token);
        claims.requireReached(token.notBefore());
        try {
            stored(token, tryToStore(token));
        } catch (BrokerException notStored) {
            seen.note(token.link().userId());
            throw notStored;
        }
    }

    /**
     * Makes sure that FusionAuth would take the next token of this account, when it has not taken several others: a claim
     * is written like one. Why those others wait does not matter then; it may be for reasons of their own.
     *
     * @throws BrokerException if it would not; then the account's token must not be spent
     */
    void requireStorable(Link link) {
        if (unstored.areMany() && !isStorable(link)) {
            throw Claims.busy();
        }
    }

    private boolean isStorable(Link link) {
        return switch (rotation.claim(link)) {
            case Held held -> claims.release(held) instanceof LinkDeletion.Deleted;
            case Taken taken -> false;
            // FusionAuth did look at it: where there is no room the spent link makes some.
            case NoRoom full -> true;
        };
    }

    private void stored(Unstored token, Kept kept) {
        var id = AccountId.of(token.link());
        switch (kept) {
            case Kept.Replaced(var link) -> {
                unstored.remove(id);
                remembered.observeRotated(link);
            }
            case Kept.Shadowed(var why) -> {
                unstored.remove(id);
                seen.note(token.link().userId());
                LOG.warnf("The new refresh token of account %s is safe, its link is replaced later: %s", id, why);
            }
            case Kept.Superseded(var now) -> {
                unstored.remove(id);
                now.filter(link -> link.holds(token.token()))
                        .ifPresentOrElse(remembered::observeRotated, () -> superseded(id, now));
            }
            case Kept.AtWork(var until) -> {
                unstored.put(token.withoutLink(until));
                claims.requireReached(until);
            }
            case Kept.Busy busy -> throw Claims.busy();
            case Kept.NoRoom noRoom -> throw Claims.busy();
            case Kept.Removed removed -> throw Claims.busy();
        }
    }

    private Kept tryToStore(Unstored token) {
        var link = token.link();
        var next = token.token();
        if (token.removed() && !roomless.isThere(link, next)) {
            return roomless.restore(link, next);
        }
        var kept = rotation.keep(link, next);
        if (!(kept instanceof Kept.NoRoom)) {
            return kept;
        }
        LOG.warnf(
                "Account %s: FusionAuth takes no further link of this user, so the old one goes before the new one comes",
                AccountId.of(link));
        // Whatever happens now, it may be gone.
        unstored.put(token.withoutLink(token.notBefore()));
        var notRemoved = roomless.remove(link, next);
        if (notRemoved.isPresent()) {
            unstored.put(Unstored.of(link, next));
        }
        return notRemoved.orElseGet(() -> roomless.restore(link, next));
    }

    /** Replaces a token that stays good, if it can be done now. */
    void renew(Link link, Secret newer) {
        var id = AccountId.of(link);
        try {
            switch (rotation.keep(link, newer)) {
                case Kept.Replaced(var replaced) -> remembered.observeRotated(replaced);
                case Kept.Superseded(var now) -> superseded(id, now);
                case Kept.Shadowed(var why) -> {
                    seen.note(link.userId());
                    LOG.warnf("The link of account %s is replaced later: %s", id, why);
                }
                case Kept.NoRoom noRoom ->
                    LOG.warnf(
                            "Account %s keeps its old refresh token: FusionAuth takes no further link of this user",
                            id);
                case Kept.Busy busy -> keepsItsOld(id);
                case Kept.AtWork atWork -> keepsItsOld(id);
                case Kept.Removed removed -> keepsItsOld(id);
            }
        } catch (BrokerException unavailable) {
            seen.note(link.userId());
            LOG.warnf("Account %s keeps its old refresh token for now: %s", id, unavailable.detail());
        }
    }

    private static void keepsItsOld(AccountId id) {
        LOG.infof("Account %s keeps its old refresh token for now", id);
    }

    private void superseded(AccountId id, Optional<Link> now) {
        if (now.isPresent()) {
            LOG.infof("Account %s was authorized again during a refresh; that token is kept", id);
            remembered.observe(now.get());
        } else {
            LOG.infof("Account %s was unlinked during a refresh; it stays unlinked", id);
            remembered.forget(id);
        }
    }
}
