package io.tokenbroker.mint;

import io.tokenbroker.tenant.RefreshOutcome;
import java.time.Duration;

/** How a refresh ended for all who waited for it. */
sealed interface Landing {

    /** @param rotated whether a newer refresh token came along */
    record Arrived(Minted minted, boolean rotated) implements Landing {}

    /** Refused or not answered. If the tenant is away, an older token may do, which each caller judges by itself. */
    record Missed(RefreshOutcome.NoToken why) implements Landing {}

    /**
     * Another replica is refreshing the account, for too long to wait.
     *
     * @param left until its lease ends
     */
    record Busy(Duration left) implements Landing {}

    /** A usable token would have been passed over, and the client has had its turn for that. */
    record TooEarly() implements Landing {}

    /** The store is away, and the refresh token may not be spent, or is not known without it. */
    record StoreAway() implements Landing {}
}
