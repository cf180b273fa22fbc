package io.tokenbroker.link;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ClientProxy;

/** What the broker remembers of users outlives a test, for the clock is set back in between. */
public final class OwnerMemory {

    private OwnerMemory() {}

    public static void forget() {
        ClientProxy.unwrap(Arc.container().instance(LinkOwners.class).get()).reads.invalidateAll();
    }
}
