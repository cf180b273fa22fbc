package io.tokenbroker.link;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ClientProxy;

/**
 * What the broker did not find outlives a test, whose accounts the next one may link behind the broker's back. So does what it
 * knows of users, for the clock is set back in between.
 */
public final class LinkMemory {

    private LinkMemory() {}

    public static void forget() {
        Arc.container().instance(RememberedLinks.class).get().misses.invalidateAll();
        Arc.container().instance(Unsettled.class).get().known.clear();
        ClientProxy.unwrap(Arc.container().instance(LinkOwners.class).get())
                .reads
                .invalidateAll();
    }
}
