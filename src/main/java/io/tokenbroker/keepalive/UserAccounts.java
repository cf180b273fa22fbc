package io.tokenbroker.keepalive;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.RefreshTokens;
import io.tokenbroker.account.StoredLinks;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.problem.BrokerException;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.UUID;

/** The accounts of a user, and what crashes left of them. Blocks; throws {@link BrokerException} if FusionAuth cannot be asked. */
@Singleton
class UserAccounts {

    private final StoredLinks stored;
    private final RefreshTokens refreshTokens;

    UserAccounts(StoredLinks stored, RefreshTokens refreshTokens) {
        this.stored = stored;
        this.refreshTokens = refreshTokens;
    }

    /** As they are. */
    List<Link> of(UUID user) {
        return stored.ofUser(user);
    }

    /** After what crashes left was finished, where it can be now. */
    List<Link> tidied(UUID user) {
        refreshTokens.tidy(user);
        return stored.ofUser(user);
    }

    /** Stores what FusionAuth did not take before, and says for how many accounts it still does not. */
    int storeRest() {
        refreshTokens.unstored().forEach(link -> refreshTokens.tidy(link.userId(), AccountId.of(link)));
        return refreshTokens.unstored().size();
    }
}
