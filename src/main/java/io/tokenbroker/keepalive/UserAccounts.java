package io.tokenbroker.keepalive;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.RefreshTokens;
import io.tokenbroker.account.StoredLinks;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.problem.BrokerException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The accounts of a user, and what crashes left of them. Blocks; throws {@link BrokerException} if FusionAuth cannot be asked. */
@Singleton
class UserAccounts {

    /** What another broker is at, and no crash left, is done by then. */
    private static final Duration UNTIL_DONE = Duration.ofSeconds(2);

    private final StoredLinks stored;
    private final RefreshTokens refreshTokens;
    private final Stopping stopping;

    UserAccounts(StoredLinks stored, RefreshTokens refreshTokens, Stopping stopping) {
        this.stored = stored;
        this.refreshTokens = refreshTokens;
        this.stopping = stopping;
    }

    List<Link> of(UUID user) {
        return stored.ofUser(user);
    }

    /** Finishes what crashes left, where it can be now, and says of which accounts something is left. */
    Set<AccountId> untidy(UUID user) {
        var left = refreshTokens.untidy(user);
        if (left.isEmpty()) {
            return left;
        }
        stopping.pause(UNTIL_DONE);
        return refreshTokens.untidy(user).stream().filter(left::contains).collect(Collectors.toSet());
    }

    /** Stores what FusionAuth did not take before, and says for how many accounts it still does not. */
    int storeRest() {
        refreshTokens.unstored().forEach(link -> refreshTokens.tidy(link.userId(), AccountId.of(link)));
        return refreshTokens.unstored().size();
    }
}
