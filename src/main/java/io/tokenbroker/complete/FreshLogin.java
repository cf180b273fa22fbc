package io.tokenbroker.complete;

import io.tokenbroker.account.StoredLinks;
import io.tokenbroker.fusionauth.Link;
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
 * FusionAuth's may differ.
 */
@ApplicationScoped
class FreshLogin {

    /** FusionAuth may answer a moment before it has committed (FusionAuth/fusionauth-issues#2233). */
    private static final int READS = 4;

    private static final Duration BETWEEN = Duration.ofMillis(150);

    private final StoredLinks links;

    FreshLogin(StoredLinks links) {
        this.links = links;
    }

    Optional<Link> find(UUID userId, UUID providerId, List<Link> before) {
        for (var read = 1; read <= READS; read++) {
            var found = links.ofUser(userId, providerId).stream()
                    .filter(link -> before.stream().noneMatch(known -> isUnchanged(known, link)))
                    .max(Comparator.comparing(Link::lastAuthorizedAt));
            if (found.isPresent()) {
                return found;
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
        return Optional.empty();
    }

    private static boolean isUnchanged(Link before, Link now) {
        return before.identity().equals(now.identity())
                && before.lastLoginAt().equals(now.lastLoginAt())
                && before.insertedAt().equals(now.insertedAt())
                && before.token().equals(now.token());
    }
}
