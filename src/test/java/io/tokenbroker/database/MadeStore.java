package io.tokenbroker.database;

import io.tokenbroker.settings.StoreSettings;

/** A store as a broker leaves it. */
public final class MadeStore {

    private MadeStore() {}

    public static void of(StoreSettings settings) {
        var _ = Opening.of(settings);
    }
}
