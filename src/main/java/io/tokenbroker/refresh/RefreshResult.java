package io.tokenbroker.refresh;

import io.tokenbroker.tenant.RefreshOutcome;
import io.tokenbroker.token.Minted;
import java.time.Duration;

/** How a refresh ended for all who waited for it. */
public sealed interface RefreshResult {

    /** @param rotated whether a newer refresh token came along */
    record Arrived(Minted minted, boolean rotated) implements RefreshResult {}

    /** Refused or not answered. If the tenant is away, an older token may do, which each caller judges by itself. */
    record Missed(RefreshOutcome.NoToken why) implements RefreshResult {}

    /**
     * Another replica is refreshing the account, for too long to wait.
     *
     * @param left until its lease ends
     */
    record Busy(Duration left) implements RefreshResult {}

    /** A usable token would have been passed over, and the client has had its turn for that. */
    record TooEarly() implements RefreshResult {}

    /** The store is away, and the refresh token may not be spent, or is not known without it. */
    record StoreAway() implements RefreshResult {}
}
