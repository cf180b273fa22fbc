package io.tokenbroker.account;

import io.quarkus.arc.Arc;

/** What the half-minute timer does, now. */
public final class Sweeping {

    private Sweeping() {}

    public static void now() {
        Arc.container().instance(Sweep.class).get().run();
    }
}
