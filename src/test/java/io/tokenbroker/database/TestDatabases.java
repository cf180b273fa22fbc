package io.tokenbroker.database;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.support.Settings;
import io.tokenbroker.upstream.Calls;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Databases of the production class, without a broker around them. */
public final class TestDatabases {

    static {
        // The list of drivers is the JVM's, and knows those of the class loader that came first.
        for (var driver : List.of("org.sqlite.JDBC", "org.postgresql.Driver")) {
            try {
                Class.forName(driver);
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private TestDatabases() {}

    private static final Tracer NO_TRACES = TracerProvider.noop().get("tests");

    /** An SQLite file, made if need be. */
    public static Database sqlite(Path file) {
        return open(Map.of("broker.store.url", "jdbc:sqlite:" + file));
    }

    /** A PostgreSQL database whose superuser needs no password. */
    public static Database postgresql(String url) {
        return open(Map.of("broker.store.url", url, "broker.store.username", "postgres"));
    }

    /** @param settings those of {@code broker.store} */
    public static Database open(Map<String, String> settings) {
        return open(settings, Ticker.systemTicker());
    }

    /** @param ticker by which it measures for how long it has answered */
    public static Database open(Map<String, String> settings, Ticker ticker) {
        var all = Settings.of(settings);
        return open(all, new StoreCredentials(all), ticker);
    }

    static Database open(BrokerSettings settings, StoreCredentials credentials, Ticker ticker) {
        var metrics = new SimpleMeterRegistry();
        return new Database(settings, credentials, metrics, new Calls(metrics, NO_TRACES), ticker);
    }

    public static void close(Database database) {
        database.close();
    }
}
