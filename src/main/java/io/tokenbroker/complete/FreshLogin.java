package io.tokenbroker.complete;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.link.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds the link that a login has just used: FusionAuth logs in without saying over which. It is the one that was not
 * there before, or whose last login has moved. Compared with what was read before, not with a clock: ours and
 * FusionAuth's may differ. At the same time the person may sign in at another broker: so the account that was to be
 * authorized again is the one, if it is among those that have changed, and else the latest of them.
 */
@ApplicationScoped
class FreshLogin {

    /** FusionAuth may answer a moment before it has committed (FusionAuth/fusionauth-issues#2233). */
    private static final int READS = 4;

    private static final Duration BETWEEN = Duration.ofMillis(150);

    private final LinkApi fusionAuth;

    FreshLogin(LinkApi fusionAuth) {
        this.fusionAuth = fusionAuth;
    }

    /** The user's links at the provider, for the comparison. */
    List<Link> links(UUID userId, UUID providerId) {
        return fusionAuth.ofUser(userId).stream()
                .filter(link -> link.providerId().equals(providerId))
                .toList();
    }

    /** @param wanted the account that was to be authorized again, if it is known */
    Optional<Link> find(UUID userId, UUID providerId, Optional<AccountId> wanted, List<Link> before) {
        for (var read = 1; read < READS; read++) {
            var changed = changed(userId, providerId, before);
            var found = wanted.isPresent() ? of(wanted, changed) : latest(changed);
            if (found.isPresent()) {
                return found;
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
        var changed = changed(userId, providerId, before);
        return of(wanted, changed).or(() -> latest(changed));
    }

    private List<Link> changed(UUID userId, UUID providerId, List<Link> before) {
        return links(userId, providerId).stream()
                .filter(link -> before.stream().noneMatch(known -> isUnchanged(known, link)))
                .toList();
    }

    private static Optional<Link> of(Optional<AccountId> wanted, List<Link> changed) {
        return changed.stream()
                .filter(link -> wanted.filter(AccountId.of(link)::equals).isPresent())
                .findFirst();
    }

    private static Optional<Link> latest(List<Link> changed) {
        return changed.stream().max(Comparator.comparing(Link::lastAuthorizedAt));
    }

    private static boolean isUnchanged(Link before, Link now) {
        return before.identity().equals(now.identity())
                && before.lastLoginAt().equals(now.lastLoginAt())
                && before.insertedAt().equals(now.insertedAt())
                && before.token().equals(now.token());
    }
}
