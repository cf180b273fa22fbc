package io.tokenbroker.support;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;

/** A broker whose store is PostgreSQL. It also lets deactivated users mint, since no other broker of the tests does. */
public final class OnPostgres implements QuarkusTestProfile {

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Settings.class));
    }

    /** Comes after the sandbox's settings. */
    public static final class Settings implements QuarkusTestResourceLifecycleManager {

        @Override
        public Map<String, String> start() {
            return Map.of(
                    "broker.store.url", Postgres.newDatabase(),
                    "broker.store.username", "postgres",
                    "broker.accounts.require-active-user", "false");
        }

        @Override
        public int order() {
            return 1;
        }

        @Override
        public void stop() {
            // The server is the JVM's.
        }
    }
}
