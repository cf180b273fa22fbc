package io.tokenbroker.support;

import io.quarkus.arc.Arc;
import io.tokenbroker.database.Database;

/** The rows of the store outlive a test, as they should. */
public final class StoreMemory {

    private StoreMemory() {}

    /** Deletes them. */
    public static void forget() {
        database().transaction("forget", session -> {
            session.update("DELETE FROM grants");
            return session.update("DELETE FROM access_tokens");
        });
    }

    /** The store of the broker under test. */
    public static Database database() {
        return Arc.container().instance(Database.class).get();
    }
}
