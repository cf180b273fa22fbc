package io.tokenbroker.provider;

import io.quarkus.arc.Arc;

/** What the half-minute timer does, now: for tests that change a provider. */
public final class ReloadProviders {

    private ReloadProviders() {}

    public static void now() {
        Arc.container().instance(Providers.class).get().reload();
    }
}
