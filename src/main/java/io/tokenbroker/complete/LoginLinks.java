package io.tokenbroker.complete;

import io.tokenbroker.account.Accounts.AccountLocks;
import io.tokenbroker.account.Unlinking;
import io.tokenbroker.audit.Origin;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.provider.LinkingByName;
import io.tokenbroker.start.AuthorizationState;
import io.tokenbroker.time.Time.Sleeper;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * The link that a login has used, which FusionAuth does not say: the one that has changed meanwhile. One that it has made on
 * another user's account, as FusionAuth does by e-mail or user name, is taken back.
 */
@ApplicationScoped
class LoginLinks {

    private static final Logger LOG = Logger.getLogger(LoginLinks.class);

    /** FusionAuth may answer a moment before it has committed (FusionAuth/fusionauth-issues#2233). */
    private static final int READS = 4;

    private static final Duration BETWEEN = Duration.ofMillis(150);

    /** A link that this login has made was made and used in one go, by FusionAuth's clock alone. */
    private static final Duration IN_ONE_GO = Duration.ofSeconds(1);

    /** How far FusionAuth's clock may be behind ours. A link from before is left alone, whatever else it looks like. */
    private static final Duration SKEW = Duration.ofSeconds(10);

    private final LinkingByName linkingByName;
    private final LinkApi fusionAuth;
    private final Unlinking unlinking;
    private final AccountLocks locks;
    private final Sleeper sleeper;

    LoginLinks(
            LinkingByName linkingByName, LinkApi fusionAuth, Unlinking unlinking, AccountLocks locks, Sleeper sleeper) {
        this.linkingByName = linkingByName;
        this.fusionAuth = fusionAuth;
        this.unlinking = unlinking;
        this.locks = locks;
        this.sleeper = sleeper;
    }

    /** The user's links at the provider, for the comparison. */
    List<Link> of(AuthorizationState state) {
        return links(state.providerId(), state.userId());
    }

    /**
     * The link that was used. No clock is compared, since ours and FusionAuth's may differ: it has changed since before the
     * login. The account to authorize again, if it is among the links that have changed; another broker may have changed more of
     * them at the same time. Else the latest of them, in the last read or if the state names no account.
     */
    Optional<Link> find(AuthorizationState state, List<Link> before) {
        for (var read = 1; read < READS; read++) {
            var changed = changed(state, before);
            var found = state.account().isPresent() ? named(state, changed) : latest(changed);
            if (found.isPresent()) {
                return found;
            }
            sleeper.sleep(BETWEEN);
        }
        var changed = changed(state, before);
        return named(state, changed).or(() -> latest(changed));
    }

    private List<Link> changed(AuthorizationState state, List<Link> before) {
        return of(state).stream()
                .filter(link -> before.stream().noneMatch(known -> isUnchanged(known, link)))
                .toList();
    }

    private static Optional<Link> named(AuthorizationState state, List<Link> changed) {
        return changed.stream()
                .filter(link ->
                        state.account().filter(AccountId.of(link)::equals).isPresent())
                .findFirst();
    }

    private static Optional<Link> latest(List<Link> changed) {
        return changed.stream()
                .max(Comparator.comparing(link -> link.lastAuthorizedAt().orElse(Instant.EPOCH)));
    }

    private static boolean isUnchanged(Link before, Link now) {
        return before.identity().equals(now.identity())
                && before.lastLoginAt().equals(now.lastLoginAt())
                && before.insertedAt().equals(now.insertedAt())
                && before.token().equals(now.token());
    }

    /**
     * Removes the link over which this user was just logged in, unless it was there before: the person at hand has not proved
     * to be that user. Says nothing to the caller. Call it without the lock of another user.
     *
     * @param askedAt when the login began
     */
    void takeBackNew(UUID providerId, UUID userId, Instant askedAt, Origin origin) {
        if (!linkingByName.isPossible(providerId)) {
            return;
        }
        try {
            locks.exclusively(userId, providerId, () -> {
                newest(providerId, userId)
                        .filter(link -> isNew(link, askedAt))
                        .ifPresent(link -> takeBack(link, origin));
                return userId;
            });
        } catch (BrokerException e) {
            LOG.warnf(
                    "FusionAuth logged in another user than the one who links, at provider %s; whether it has made a link could not be read: %s",
                    providerId, e.detail());
        }
    }

    private Optional<Link> newest(UUID providerId, UUID userId) {
        return linksAtLast(providerId, userId).stream()
                .max(Comparator.comparing(link -> link.lastLoginAt().orElse(Instant.EPOCH)));
    }

    private List<Link> links(UUID providerId, UUID userId) {
        return fusionAuth.ofUser(userId).stream()
                .filter(link -> link.providerId().equals(providerId))
                .toList();
    }

    private List<Link> linksAtLast(UUID providerId, UUID userId) {
        for (var read = 1; ; read++) {
            var found = links(providerId, userId);
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

    private void takeBack(Link link, Origin origin) {
        var isGone = unlinking.undo(link, origin);
        LOG.warnf(
                "FusionAuth linked account %s to another user than the one who signed in, by its linking strategy; %s",
                AccountId.of(link),
                isGone ? "it is unlinked again" : "it could not be unlinked, an administrator must");
    }
}
