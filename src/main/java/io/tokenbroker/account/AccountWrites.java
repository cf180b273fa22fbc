package io.tokenbroker.account;

import io.tokenbroker.account.Claim.Held;
import io.tokenbroker.account.Claim.NoRoom;
import io.tokenbroker.account.Claim.Taken;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkDeletion;
import io.tokenbroker.fusionauth.LinkRecords;
import io.tokenbroker.problem.BrokerException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * The other writers beside the rotation of tokens: a sign-in and an unlink. They take the same claim, and wait a little
 * for it. Where FusionAuth has no room for a claim they go without: then there is none for a rotation's either. Blocks;
 * call it with the account's lock held.
 */
@ApplicationScoped
public class AccountWrites {

    private final LinkRotation rotation;
    private final LinkRecords links;
    private final StoredLinks stored;
    private final Claims claims;
    private final UnstoredTokens unstored;
    private final Patience patience;

    @Inject
    AccountWrites(
            LinkRotation rotation, LinkRecords links, StoredLinks stored, Claims claims, UnstoredTokens unstored) {
        this(rotation, links, stored, claims, unstored, Patience.USUAL);
    }

    AccountWrites(
            LinkRotation rotation,
            LinkRecords links,
            StoredLinks stored,
            Claims claims,
            UnstoredTokens unstored,
            Patience patience) {
        this.rotation = rotation;
        this.links = links;
        this.stored = stored;
        this.claims = claims;
        this.unstored = unstored;
        this.patience = patience;
    }

    /**
     * A sign-in at FusionAuth, which writes to whichever account the person chooses: what was left of this user's
     * accounts is finished first, and nobody else writes to {@code again} meanwhile; nor for the rest of the minute, if
     * FusionAuth may still be at work on the sign-in when this returns.
     *
     * @param again the account that is to be authorized again, if it is known
     * @param signIn may raise the doubt
     * @throws BrokerException if this broker has lost the answer to a call about one of these accounts, which may still
     *     be carried out and undo the sign-in
     */
    public <T> T duringSignIn(UUID userId, UUID providerId, Optional<AccountId> again, Function<Doubt, T> signIn) {
        requireNothingUnderWay(userId, providerId);
        stored.left(userId).stream()
                .filter(id -> id.providerId().equals(providerId))
                .forEach(id -> rotation.settle(userId, id));
        var claim = again.flatMap(id -> stored.look(userId, id).account()).map(this::claimed);
        var doubt = new Doubt();
        try {
            return signIn.apply(doubt);
        } finally {
            claim.ifPresent(held -> end(held, doubt));
        }
    }

    /**
     * Deletes the account's link for good.
     *
     * @throws BrokerException if it may not be gone, or might come back
     */
    void erase(Link link) {
        requireNothingUnderWay(link.userId(), link.providerId());
        claims.requireNoneAwaited(AccountId.of(link));
        var claim = claimed(link);
        var doubt = new Doubt();
        try {
            delete(link, doubt);
        } finally {
            end(claim, doubt);
        }
    }

    /** What could not be stored for want of room has no claim that would say so. */
    private void requireNothingUnderWay(UUID userId, UUID providerId) {
        claims.requireReached(unstored.notBefore(userId, providerId));
    }

    private Claim claimed(Link link) {
        return patience.await(() -> Optional.of(rotation.claim(link)).filter(claim -> !(claim instanceof Taken)));
    }

    private void end(Claim claim, Doubt doubt) {
        switch (claim) {
            case Held held -> {
                if (doubt.raised) {
                    claims.abandon(held);
                } else {
                    claims.release(held);
                }
            }
            case NoRoom none -> {}
            case Taken none -> {}
        }
    }

    /** Makes sure that the record is gone: whatever the answer is, the record itself says whether it is. */
    private void delete(Link link, Doubt doubt) {
        var deletion = links.delete(link);
        // An answer that says so and is wrong is not FusionAuth's, which may yet do it.
        var over = deletion instanceof LinkDeletion.InDoubt && deletion.isOver();
        if (!over) {
            doubt.raise();
        }
        if (links.find(link.providerId(), link.identity()).isPresent()) {
            throw over ? Claims.busy() : Claims.busy(Claims.STALE);
        }
        // Done, by whomever: a link that is made from now on is a new account's, and no claim keeps one from being
        // made.
        doubt.dispel();
    }

    /** Whether FusionAuth may still be at work on a call whose answer was lost. */
    public static final class Doubt {

        private boolean raised;

        private Doubt() {}

        public void raise() {
            raised = true;
        }

        /** What the call was to do is seen to be done. */
        public void dispel() {
            raised = false;
        }
    }
}
