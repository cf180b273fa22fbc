package io.tokenbroker.database;

import com.zaxxer.hikari.util.DriverDataSource;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenbroker.settings.StoreSettings;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** The two databases that the broker speaks to, and what differs between them. */
@SuppressWarnings("ImmutableEnumChecker") // the map is a copy
public enum Engine {
    SQLITE(
            "jdbc:sqlite:",
            // A path, and none of the driver's other places: an empty name and :memory: are gone with the connection.
            "(?!file:)[^:?].*",
            "must name a file behind jdbc:sqlite:, such as jdbc:sqlite:data/token-broker.db",
            "org.sqlite.JDBC",
            "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            // FULL: with NORMAL a power cut loses the last commits. IMMEDIATE: a deferred transaction that reads, then
            // writes, fails at once when another process wrote in between.
            Map.of(
                    "journal_mode", "WAL",
                    "synchronous", "FULL",
                    "transaction_mode", "IMMEDIATE",
                    "busy_timeout", "4000")),
    POSTGRESQL(
            "jdbc:postgresql:",
            // Hosts with ports, and a database: neither user nor password before them, which would be printed, and no
            // password behind, where it could not be changed.
            "(//HOST(,HOST)*(/[^/?@]*)?|[^/?@:]*)(\\?(?!(.*&)?password=).*)?"
                    .replace("HOST", "(\\[[0-9A-Fa-f:.]+]|[\\w.-]*)(:\\d+)?"),
            "must be such as jdbc:postgresql://db.internal:5432/token_broker; user and password go into broker.store.username and broker.store.password",
            "org.postgresql.Driver",
            "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
            Map.of(
                    "socketTimeout", "5",
                    "connectTimeout", "2",
                    "targetServerType", "primary",
                    "ApplicationName", "token-broker"));

    private final String prefix;
    private final Pattern form;
    private final String expected;
    private final String driver;
    private final String clock;
    private final Map<String, String> parameters;

    Engine(String prefix, String rest, String expected, String driver, String clock, Map<String, String> parameters) {
        this.prefix = prefix;
        this.form = Pattern.compile(prefix + rest);
        this.expected = expected;
        this.driver = driver;
        this.clock = clock;
        this.parameters = parameters;
    }

    /** @throws ConfigurationException in one line that does not repeat the URL, which may hold a password */
    public static Engine of(String url) {
        for (var engine : values()) {
            if (engine.form.matcher(url).matches()) {
                return engine;
            }
            if (url.startsWith(engine.prefix)) {
                throw new ConfigurationException("broker.store.url " + engine.expected);
            }
        }
        throw new ConfigurationException(
                "broker.store.url must begin with jdbc:sqlite: or jdbc:postgresql:, such as jdbc:postgresql://db.internal:5432/token_broker");
    }

    /** SQL for the database's own time in milliseconds since 1970, at the moment the statement runs. */
    public String clock() {
        return clock;
    }

    /** Opens connections, with the broker's parameters where the URL does not say otherwise; an empty value takes one away. */
    DataSource source(StoreSettings settings, Map<String, String> more) {
        var all = new Properties();
        all.putAll(parameters);
        all.putAll(more);
        all.values().removeIf(""::equals);
        settings.username().ifPresent(user -> all.put("user", user));
        settings.password().ifPresent(password -> all.put("password", password));
        parameters(settings.url()).forEach(parameter -> all.remove(parameter.split("=", 2)[0]));
        try {
            return new DriverDataSource(settings.url(), driver, all, null, null);
        } catch (RuntimeException e) {
            // Its message has the URL.
            throw new ConfigurationException("broker.store.url " + expected);
        }
    }

    /** Parameters for the schema's scripts: an index on a large table takes longer than any other statement may. */
    Map<String, String> toMigrate() {
        return this == POSTGRESQL ? Map.of("socketTimeout", "600") : Map.of();
    }

    /** A script that waits for a table, behind a backup for example, makes all later statements on that table wait behind it. */
    Optional<String> beforeMigrating() {
        return this == POSTGRESQL ? Optional.of("SET lock_timeout = '2s'") : Optional.empty();
    }

    /** The user, also where the URL has it. */
    static Optional<String> user(StoreSettings settings) {
        return settings.username()
                .or(() -> parameters(settings.url())
                        .filter(parameter -> parameter.startsWith("user="))
                        .map(parameter ->
                                URLDecoder.decode(parameter.substring("user=".length()), StandardCharsets.UTF_8))
                        .findFirst());
    }

    private static Stream<String> parameters(String url) {
        return Stream.of(url.substring(withoutQuery(url).length()).split("[?&]", -1));
    }

    /** The file of an SQLite database. */
    Optional<Path> file(String url) {
        return this == SQLITE ? Optional.of(Path.of(withoutQuery(url).substring(prefix.length()))) : Optional.empty();
    }

    /** The URL without its parameters, which may hold a password. */
    static String withoutQuery(String url) {
        return url.split("\\?", 2)[0];
    }
}
