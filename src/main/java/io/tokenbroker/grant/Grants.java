package io.tokenbroker.grant;

import com.github.benmanes.caffeine.cache.Ticker;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.GrantStore.Target;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.Remembered.GrantVersions;
import io.tokenbroker.link.Remembered.SignIn;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** What has become of the grants: look at an account's row, take it for a refresh, begin it anew, remove it. Blocks. */
@Singleton
public class Grants implements GrantVersions {

    private static final Logger LOG = Logger.getLogger(Grants.class);

    private final GrantStore store;
    private final UnstoredTokens unstored;
    private final Ticker ticker;

    Grants(GrantStore store, UnstoredTokens unstored, Ticker ticker) {
        this.store = store;
        this.unstored = unstored;
        this.ticker = ticker;
    }

    /** The account's row, and the access token that it shares for these scopes. */
    public Look look(Link link, List<String> scopes) {
        var signIn = SignIn.of(link);
        try {
            return unstored.isStored(signIn.account()) ? store.look(signIn, Target.digest(scopes)) : new Look.Away();
        } catch (StoreUnavailable away) {
            return new Look.Away();
        }
    }

    /** For how long a row must be left to another attempt; not positive if it may be taken. */
    public Duration busyFor(Look.Counting row, Rotation rotation) {
        return row.lease()
                .map(left -> left.isPositive() ? left : untilTakeOver(rotation))
                .orElse(Duration.ZERO);
    }

    private Duration untilTakeOver(Rotation rotation) {
        return rotation == Rotation.REUSABLE
                ? Duration.ZERO
                : GrantStore.SEEN_BEFORE_TAKE_OVER.minus(store.answeringFor());
    }

    /**
     * Takes the row as it was seen, for one refresh. The last thing to do before the refresh token is sent: it proves that
     * the store takes writes.
     *
     * @return empty if another attempt was first or the row has changed: look again
     * @throws StoreUnavailable if the store is away
     */
    public Optional<Lease> lease(Link link, long version, Rotation rotation) {
        var askedAt = ticker.read();
        var takeOver = !untilTakeOver(rotation).isPositive();
        var owner = UUID.randomUUID().toString();
        return store.lease(SignIn.of(link), version, owner, Lease.length(rotation), takeOver)
                .map(held -> new Lease(store, unstored, held, rotation, ticker, askedAt));
    }

    /** Makes the row continue the link's sign-in; the link was read after the row's version. Whether that changed it. */
    public boolean startOver(Link link, long seen) {
        try {
            return store.startOver(SignIn.of(link), seen, false);
        } catch (StoreUnavailable away) {
            return false;
        }
    }

    /**
     * Takes note that a person has just linked the account or signed in to it. Without the store the next mint does so.
     *
     * @param read reads the link, which is returned; called after the row was read, so that the newer of two sign-ins wins
     */
    public Optional<Link> signedIn(AccountId id, Supplier<Optional<Link>> read) {
        var seen = version(id);
        var link = read.get();
        try {
            link.ifPresent(now -> store.startOver(SignIn.of(now), seen, true));
        } catch (StoreUnavailable away) {
            LOG.warnf("The sign-in to account %s is noted in the store with its next mint", id);
        }
        return link;
    }

    /** Forgets what became of a link that has been deleted. Without the store the row stays, and gives nothing. */
    public void unlinked(Link link) {
        try {
            store.remove(SignIn.of(link));
        } catch (StoreUnavailable away) {
            LOG.warnf("The row of account %s is deleted later: its link is gone", AccountId.of(link));
        }
    }

    @Override
    public long version(AccountId id) {
        try {
            return store.version(id);
        } catch (StoreUnavailable away) {
            return UNKNOWN;
        }
    }
}
