package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/** A user's accounts. Blocks; FusionAuth is asked each time, so a list is never old. */
@ApplicationScoped
public class Accounts {

    private static final Logger LOG = Logger.getLogger(Accounts.class);

    private final StoredLinks stored;
    private final RememberedLinks remembered;
    private final AccountStates states;
    private final AccountLocks locks;
    private final AccountWrites writes;
    private final UnstoredTokens unstored;

    Accounts(
            StoredLinks stored,
            RememberedLinks remembered,
            AccountStates states,
            AccountLocks locks,
            AccountWrites writes,
            UnstoredTokens unstored) {
        this.stored = stored;
        this.remembered = remembered;
        this.states = states;
        this.locks = locks;
        this.writes = writes;
        this.unstored = unstored;
    }

    /** The user's accounts at the providers that {@code provider} accepts, oldest first. */
    public List<AccountView> list(UUID userId, Predicate<UUID> provider) {
        return stored.ofUser(userId).stream()
                .filter(link -> provider.test(link.providerId()))
                .sorted(Comparator.comparing(Link::insertedAt))
                .map(this::view)
                .toList();
    }

    /** The user's account; that of another user is not found either. */
    public AccountView get(UUID userId, AccountId id) {
        return view(require(userId, id));
    }

    /** The account's link; that of another user is not found either. */
    public Link require(UUID userId, AccountId id) {
        return remembered
                .read(id)
                .map(RememberedLinks.Remembered::link)
                .filter(link -> link.userId().equals(userId))
                .orElseThrow(Accounts::notFound);
    }

    /** The account after the person signed in to it: what was known of its link and state before is over. */
    public AccountView authorized(Link link) {
        var id = AccountId.of(link);
        states.markWorking(id);
        // A new epoch, even if the link looks as before: what was refused until now may be granted.
        remembered.forget(id);
        remembered.observe(link);
        return view(link);
    }

    /**
     * Takes back a link that came about by mistake. Call it with the account's lock held.
     *
     * @return whether it is gone for good
     */
    public boolean undo(Link link) {
        try {
            writes.erase(link);
            return true;
        } catch (BrokerException mayStand) {
            LOG.warnf("The link of account %s should go, and may stand: %s", AccountId.of(link), mayStand.detail());
            return false;
        } finally {
            remembered.forget(AccountId.of(link));
        }
    }

    /** Removes the account; what is left after a crash in between is the whole account or nothing. */
    public void unlink(UUID userId, AccountId id) {
        locks.exclusively(userId, id.providerId(), () -> {
            var link = require(userId, id);
            remembered.forget(id);
            writes.erase(link);
            unstored.remove(id);
            // Once more: a mint may have read the link meanwhile.
            remembered.forget(id);
            states.markWorking(id);
            return id;
        });
    }

    private AccountView view(Link link) {
        return AccountView.of(link, states.of(link));
    }

    /** The same words for an account of somebody else and for none. */
    public static BrokerException notFound() {
        return new BrokerException(
                ProblemType.ACCOUNT_NOT_FOUND,
                "There is no account of this id, or it is another user's. GET /accounts lists those of a user.");
    }
}
