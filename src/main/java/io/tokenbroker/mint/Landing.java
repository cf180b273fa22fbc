package io.tokenbroker.mint;

import io.tokenbroker.tenant.RefreshOutcome;

/** How a refresh ended for all who waited for it. */
sealed interface Landing {

    /** @param rotated whether a newer refresh token came along */
    record Arrived(Minted minted, boolean rotated) implements Landing {}

    /** If the tenant is away, an older token may do: that is for each who waited to see. */
    record Missed(RefreshOutcome.NoToken why) implements Landing {}
}
