package io.tokenbroker.database;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import io.tokenbroker.settings.SecretsRotated;
import io.tokenbroker.support.Postgres;
import io.tokenbroker.support.Settings;
import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StoreCredentialsTest {

    private static final String USER = "rotated";

    @Test
    void theNextConnectionHasTheNewPassword() throws IOException {
        Postgres.requirePassword(USER, "the first");
        var url = Postgres.newDatabase();
        Postgres.execute(url, "GRANT ALL ON SCHEMA public TO " + USER);
        var settings = Settings.of(store(url, "the first"));
        var credentials = new StoreCredentials(settings);
        var database = TestDatabases.open(settings, credentials, Ticker.systemTicker());
        try {
            ask(database);
            Postgres.execute(url, "ALTER ROLE %s PASSWORD 'the second'".formatted(USER));
            Postgres.execute(
                    url,
                    "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%s'; END $$"
                            .formatted(USER));
            assertThatThrownBy(() -> ask(database)).isInstanceOf(StoreUnavailable.class);
            assertThatThrownBy(() -> ask(database)).isInstanceOf(StoreUnavailable.class);

            credentials.rotate(new SecretsRotated(Settings.of(store(url, "the second"))));

            Waiting.until(() -> !database.isAway());
            ask(database);
        } finally {
            TestDatabases.close(database);
        }
    }

    private static void ask(Database database) {
        var _ = database.transaction("test", session -> session.rows(row -> 1, "SELECT 1"));
    }

    private static Map<String, String> store(String url, String password) {
        return Map.of(
                "broker.store.url", url + "?sslmode=disable",
                "broker.store.username", USER,
                "broker.store.password", password);
    }
}
