package io.tokenbroker.database;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.SecretsRotated;
import io.tokenbroker.support.Postgres;
import io.tokenbroker.support.Settings;
import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class StoreCredentialsTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theNextConnectionHasTheNewPassword(boolean isUserInUrl) throws IOException {
        var user = "rotated_" + isUserInUrl;
        Postgres.requirePassword(user, "the first");
        var url = Postgres.newDatabase();
        Postgres.execute(url, "GRANT ALL ON SCHEMA public TO " + user);
        var named = isUserInUrl
                ? Map.of("broker.store.url", url + "?sslmode=disable&user=" + user)
                : Map.of("broker.store.url", url + "?sslmode=disable", "broker.store.username", user);
        var settings = with(named, "the first");
        var credentials = new StoreCredentials(settings);
        var database = TestDatabases.open(settings, credentials, Ticker.systemTicker());
        try {
            ask(database);
            Postgres.execute(url, "ALTER ROLE %s PASSWORD 'the second'".formatted(user));
            Postgres.execute(
                    url,
                    "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%s'; END $$"
                            .formatted(user));
            assertThatThrownBy(() -> ask(database)).isInstanceOf(StoreUnavailable.class);
            assertThatThrownBy(() -> ask(database)).isInstanceOf(StoreUnavailable.class);

            credentials.rotate(new SecretsRotated(with(named, "the second")));

            Waiting.until(() -> !database.isAway());
            ask(database);
        } finally {
            TestDatabases.close(database);
        }
    }

    private static void ask(Database database) {
        var _ = database.transaction("test", session -> session.rows(row -> 1, "SELECT 1"));
    }

    private static BrokerSettings with(Map<String, String> store, String password) {
        var all = new HashMap<>(store);
        all.put("broker.store.password", password);
        return Settings.of(all);
    }
}
