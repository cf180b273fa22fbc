package io.tokenbroker.mint;

import io.tokenbroker.tenant.RefreshOutcome;

/** How a refresh ended for all who waited for it; a refusal is thrown instead. */
sealed interface Landing {

    record Arrived(Minted minted) implements Landing {}

    /** The tenant is away. Whether an older token will do is for each who waited to see. */
    record Diverted(RefreshOutcome.Unavailable why) implements Landing {}
}
