package io.tokenbroker.link;

import io.quarkus.arc.Arc;

/** What the broker did not find outlives a test, whose accounts the next one may link behind the broker's back. */
public final class LinkMemory {

    private LinkMemory() {}

    public static void forget() {
        Arc.container().instance(RememberedLinks.class).get().misses.invalidateAll();
    }
}
