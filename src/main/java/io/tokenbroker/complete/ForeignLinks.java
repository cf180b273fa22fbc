package io.tokenbroker.complete;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.AccountLocks;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.provider.LinkingByName;
import io.tokenbroker.time.Sleeper;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Takes back a link that Complete has made on another user's account, as FusionAuth does by e-mail or user name. The person
 * at hand has not proved to be that user.
 */
@ApplicationScoped
class ForeignLinks {

    private static final Logger LOG = Logger.getLogger(ForeignLinks.class);

    /** FusionAuth may answer a moment before it has committed (FusionAuth/fusionauth-issues#2233). */
    private static final int READS = 4;

    private static final Duration BETWEEN = Duration.ofMillis(150);

    /** A link that this login has made was made and used in one go, by FusionAuth's clock alone. */
    private static final Duration IN_ONE_GO = Duration.ofSeconds(1);

    /** How far FusionAuth's clock may be behind ours. A link from before is left alone, whatever else it looks like. */
    private static final Duration SKEW = Duration.ofSeconds(10);

    private final LinkingByName linkingByName;
    private final LinkApi fusionAuth;
    private final Accounts accounts;
    private final AccountLocks locks;
    private final Sleeper sleeper;

    ForeignLinks(
            LinkingByName linkingByName, LinkApi fusionAuth, Accounts accounts, AccountLocks locks, Sleeper sleeper) {
        this.linkingByName = linkingByName;
        this.fusionAuth = fusionAuth;
        this.accounts = accounts;
        this.locks = locks;
        this.sleeper = sleeper;
    }

    /**
     * Removes the link over which this user was just logged in, unless it was there before. Says nothing to the caller. Call
     * it without the lock of another user.
     *
     * @param askedAt when the login began
     */
    void takeBackNew(UUID providerId, UUID userId, Instant askedAt) {
        if (!linkingByName.isPossible(providerId)) {
            return;
        }
        try {
            locks.exclusively(userId, providerId, () -> {
                newest(providerId, userId).filter(link -> isNew(link, askedAt)).ifPresent(this::takeBack);
                return userId;
            });
        } catch (BrokerException e) {
            LOG.warnf(
                    "FusionAuth logged in another user than the one who links, at provider %s; whether it has made a link could not be read: %s",
                    providerId, e.detail());
        }
    }

    private Optional<Link> newest(UUID providerId, UUID userId) {
        return links(providerId, userId).stream()
                .max(Comparator.comparing(link -> link.lastLoginAt().orElse(Instant.EPOCH)));
    }

    private List<Link> links(UUID providerId, UUID userId) {
        for (var read = 1; ; read++) {
            var found = fusionAuth.ofUser(userId).stream()
                    .filter(link -> link.providerId().equals(providerId))
                    .toList();
            if (!found.isEmpty() || read == READS) {
                return found;
            }
            sleeper.sleep(BETWEEN);
        }
    }

    private static boolean isNew(Link link, Instant askedAt) {
        return link.insertedAt()
                .filter(inserted -> inserted.isAfter(askedAt.minus(SKEW)))
                .flatMap(inserted -> link.lastLoginAt().map(login -> Duration.between(inserted, login)))
                .filter(age -> age.abs().compareTo(IN_ONE_GO) < 0)
                .isPresent();
    }

    private void takeBack(Link link) {
        var isGone = accounts.undo(link);
        LOG.warnf(
                "FusionAuth linked account %s to another user than the one who signed in, by its linking strategy; %s",
                AccountId.of(link),
                isGone ? "it is unlinked again" : "it could not be unlinked, an administrator must");
    }
}
