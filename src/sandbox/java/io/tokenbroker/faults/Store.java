package io.tokenbroker.faults;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The store of the brokers, and the harm that can be done to it from outside. */
sealed interface Store extends AutoCloseable permits SqliteStore, PostgresStore {

    /** Harm that lasts until it is undone. */
    @FunctionalInterface
    interface Harm extends AutoCloseable {

        Harm NONE = () -> {};

        @Override
        void close();
    }

    String name();

    /** What a replica is configured with to work on it. */
    Map<String, String> settings(int replica);

    /** Past whatever stands between it and the brokers. */
    Connection connect() throws SQLException;

    /** Nothing can be written. */
    Harm locked();

    /** Writes take so long; at PostgreSQL each statement on the rows. */
    Harm slow(Duration each);

    /** Nothing can be reached. */
    Harm gone();

    /** Can be read, and refuses what would be written. Empty if that cannot be brought about here. */
    Optional<Harm> readOnly();

    /** No room for what would be written. Empty if that cannot be brought about here. */
    Optional<Harm> full();

    /** What befalls the statements of the brokers from now on. */
    void suffer(StoreProxy.Rule rule);

    @Override
    void close();
}
