package io.tokenbroker.account;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.Grants;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.LinkOwners;
import io.tokenbroker.link.Remembered;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** A user's accounts. Blocks; FusionAuth is asked each time, so a list is never old. */
@ApplicationScoped
public class Accounts {

    private static final Logger LOG = Logger.getLogger(Accounts.class);

    private final LinkApi fusionAuth;
    private final RememberedLinks links;
    private final LinkOwners owners;
    private final Grants grants;

    Accounts(LinkApi fusionAuth, RememberedLinks links, LinkOwners owners, Grants grants) {
        this.fusionAuth = fusionAuth;
        this.links = links;
        this.owners = owners;
        this.grants = grants;
    }

    /** The user's accounts at the providers that {@code provider} accepts, oldest first. */
    public List<AccountView> list(UUID userId, Predicate<UUID> provider) {
        var found = fusionAuth.ofUser(userId).stream()
                .filter(link -> provider.test(link.providerId()))
                .sorted(Comparator.comparing(Link::linkedAt))
                .toList();
        if (!found.isEmpty()) {
            owners.requireActive(userId);
        }
        return found.stream().map(this::view).toList();
    }

    /** The user's account; that of another user is not found either. */
    public AccountView get(UUID userId, AccountId id) {
        return view(require(userId, id));
    }

    /** The account's link. It is looked for among the user's, so that another user's takes no other way than none. */
    public Link require(UUID userId, AccountId id) {
        var found = fusionAuth.ofUser(userId).stream()
                .filter(link -> AccountId.of(link).equals(id))
                .findFirst()
                .orElseThrow(Accounts::notFound);
        owners.requireActive(userId);
        return found;
    }

    /** The account after the person signed in to it: what was known of its link and state before is over. */
    public AccountView authorized(Link link) {
        var id = AccountId.of(link);
        links.forget(id);
        return view(grants.signedIn(id, () -> readAgain(id))
                .filter(now -> now.userId().equals(link.userId()))
                .orElse(link));
    }

    /** A person who has signed in should not have to do so again because of a failure here: the next mint reads it. */
    private Optional<Link> readAgain(AccountId id) {
        try {
            return links.read(id).map(Remembered::link);
        } catch (BrokerException e) {
            LOG.warnf("The link of account %s could not be read after its sign-in: %s", id, e.detail());
            return Optional.empty();
        }
    }

    /** While the store is away nothing is held against an account. */
    private AccountView view(Link link) {
        return switch (grants.look(link, List.of())) {
            case Look.Foreign _ when link.token().isEmpty() -> AccountView.of(link, AccountView.NO_TOKEN, null, 0);
            case Look.Away _, Look.Foreign _ -> AccountView.of(link, AccountView.ACTIVE, null, 0);
            case Look.Counting row ->
                row.mark()
                        .map(mark -> AccountView.of(link, AccountView.MARKED, mark.reason(), row.version()))
                        .orElseGet(() -> AccountView.of(link, AccountView.ACTIVE, null, row.version()));
        };
    }

    /** Refuses an account whose owner is deactivated in FusionAuth, or not registered for the application any more. */
    public static Remembered requireActive(Remembered account) {
        if (!account.ownerIsActive()) {
            throw LinkOwners.disabled();
        }
        return account;
    }

    /** The same words for another user's account and for none. */
    public static BrokerException notFound() {
        return new BrokerException(
                ProblemType.ACCOUNT_NOT_FOUND,
                "There is no account of this id, or it is another user's. GET /accounts lists those of a user.");
    }

    /**
     * Complete, resolve and unlink read the links, decide, and write: one at a time in this process for one user at one
     * provider. Upstream calls run under the lock. A refresh locks inside it, never the other way round.
     */
    @ApplicationScoped
    public static class AccountLocks {

        private final LoadingCache<Key, ReentrantLock> locks =
                Caffeine.newBuilder().weakValues().build(key -> new ReentrantLock());

        /** Runs {@code work} as the only one for this user and provider. Blocks. */
        public <T> T exclusively(UUID userId, UUID providerId, Supplier<T> work) {
            var lock = locks.get(new Key(userId, providerId));
            lock.lock();
            try {
                return work.get();
            } finally {
                lock.unlock();
            }
        }

        private record Key(UUID userId, UUID providerId) {}
    }
}
