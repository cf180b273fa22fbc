package io.tokenbroker.complete;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.start.AuthorizationState;
import io.tokenbroker.time.Sleeper;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds the link that a login has used, which FusionAuth does not say: the one that has changed since before the login.
 * No clock is compared, since ours and FusionAuth's may differ.
 */
@ApplicationScoped
class FreshLogin {

    /** FusionAuth may answer a moment before it has committed (FusionAuth/fusionauth-issues#2233). */
    private static final int READS = 4;

    private static final Duration BETWEEN = Duration.ofMillis(150);

    private final LinkApi fusionAuth;
    private final Sleeper sleeper;

    FreshLogin(LinkApi fusionAuth, Sleeper sleeper) {
        this.fusionAuth = fusionAuth;
        this.sleeper = sleeper;
    }

    /** The user's links at the provider, for the comparison. */
    List<Link> links(AuthorizationState state) {
        return fusionAuth.ofUser(state.userId()).stream()
                .filter(link -> link.providerId().equals(state.providerId()))
                .toList();
    }

    /**
     * The account to authorize again, if it is among the links that have changed; another broker may have changed more of
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
        return links(state).stream()
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
}
