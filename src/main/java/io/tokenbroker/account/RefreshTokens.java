package io.tokenbroker.account;

import io.tokenbroker.account.StoredLinks.Stored;
import io.tokenbroker.account.UnstoredTokens.Unstored;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Keeps accounts' refresh tokens: when one is replaced, and what is done if it cannot be. How, {@link LinkRotation} knows. */
@ApplicationScoped
public class RefreshTokens {

    private static final Logger LOG = Logger.getLogger(RefreshTokens.class);

    /** A reusable refresh token dies 90 days after its issue: replaced after a third of that, any month's outage is fine. */
    private static final Duration REPLACED_AFTER = Duration.ofDays(30);

    private final LinkRotation rotation;
    private final TokenWrites writes;
    private final StoredLinks stored;
    private final UnstoredTokens unstored;
    private final AccountLocks locks;
    private final Clock clock;

    RefreshTokens(
            LinkRotation rotation,
            TokenWrites writes,
            StoredLinks stored,
            UnstoredTokens unstored,
            AccountLocks locks,
            Clock clock) {
        this.rotation = rotation;
        this.writes = writes;
        this.stored = stored;
        this.unstored = unstored;
        this.locks = locks;
        this.clock = clock;
    }

    /** Whether the link's token is so old that it should be replaced although it still works. */
    public boolean isDue(Link link) {
        return link.lastAuthorizedAt().isBefore(clock.instant().minus(REPLACED_AFTER));
    }

    /**
     * Keeps {@code next}, which the token of {@code link} was exchanged for. Where a token is spent by its use, the next
     * one is stored when this returns; where it stays good, it is replaced once it is old, and if that fails, or others
     * are at it, then later. If the link has changed or gone meanwhile, that stands and the new token is dropped. Blocks.
     *
     * @throws BrokerException if a token spent by its use could not be stored; {@link #settled} will try again
     */
    public void keep(Link link, Secret next, Rotation kind) {
        switch (kind) {
            case SINGLE_USE ->
                locks.exclusively(link.userId(), link.providerId(), () -> {
                    writes.store(Unstored.of(link, next));
                    return link;
                });
            case REUSABLE -> {
                if (isDue(link)) {
                    renew(link, next);
                }
            }
        }
    }

    /**
     * The account's link, after finishing what a crash left. While somebody else writes to the account, a token that
     * stays good may be used all the same; one that is spent by its use may not, nor while FusionAuth would not take the
     * next. Blocks.
     *
     * @throws BrokerException if the account cannot be used now
     */
    public Optional<Link> settled(UUID userId, AccountId id, Rotation kind) {
        var found = stored.look(userId, id);
        var isSettled = found.shadow().isEmpty() && unstored.find(id).isEmpty();
        return switch (kind) {
            case REUSABLE ->
                isSettled
                        ? found.link()
                        : locks.ifFree(userId, id.providerId(), () -> settledIfPossible(userId, id))
                                .orElseGet(() -> stored.find(id));
            case SINGLE_USE ->
                locks.exclusively(userId, id.providerId(), () -> {
                    var link = isSettled ? found.link() : finished(userId, id);
                    link.ifPresent(writes::requireStorable);
                    return link;
                });
        };
    }

    /**
     * Finishes what a crash left of the account, unless this broker is at it anyway. Blocks, but never waits for another.
     *
     * @return whether nothing is left
     */
    public boolean tidy(UUID userId, AccountId id) {
        try {
            return locks.ifFree(userId, id.providerId(), () -> {
                        var isSettled = rotation.settle(userId, id).isPresent();
                        if (isSettled) {
                            unstored.find(id).ifPresent(writes::store);
                        }
                        return isSettled;
                    })
                    .orElse(false);
        } catch (BrokerException later) {
            LOG.infof("What was left of account %s cannot be finished yet: %s", id, later.detail());
            return false;
        }
    }

    /** The same for all accounts of a user, with one look for what there is to do. */
    public boolean tidy(UUID userId) {
        try {
            return untidy(userId).isEmpty();
        } catch (BrokerException later) {
            LOG.infof("The accounts of user %s cannot be looked at now: %s", userId, later.detail());
            return false;
        }
    }

    /**
     * The same, and says of which accounts something is left.
     *
     * @throws BrokerException if they cannot be looked at
     */
    public Set<AccountId> untidy(UUID userId) {
        return stored.left(userId).stream().filter(id -> !tidy(userId, id)).collect(Collectors.toSet());
    }

    /** The accounts whose next token FusionAuth has not taken yet; {@link #tidy} tries again. */
    public List<Link> unstored() {
        return unstored.links(Integer.MAX_VALUE);
    }

    private Optional<Link> finished(UUID userId, AccountId id) {
        var settled = await(userId, id);
        // After that: the shadow may be there already, and what was made of it meanwhile.
        var rest = unstored.find(id);
        rest.ifPresent(writes::store);
        return (rest.isPresent() ? await(userId, id) : settled).link();
    }

    private Stored await(UUID userId, AccountId id) {
        return Patience.USUAL.await(() -> rotation.settle(userId, id));
    }

    private Optional<Link> settledIfPossible(UUID userId, AccountId id) {
        try {
            return rotation.settle(userId, id).map(Stored::link).orElseGet(() -> stored.find(id));
        } catch (BrokerException later) {
            LOG.warnf("What was left of account %s cannot be finished yet: %s", id, later.detail());
            return stored.find(id);
        }
    }

    /** Whoever mints has the access token already: it waits for nobody's sign-in or unlink. */
    private void renew(Link link, Secret next) {
        var tried = locks.ifFree(link.userId(), link.providerId(), () -> {
            writes.renew(link, next);
            return link;
        });
        if (tried.isEmpty()) {
            LOG.infof("Account %s keeps its old refresh token for now: somebody is at it", AccountId.of(link));
        }
    }
}
