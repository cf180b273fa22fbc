package io.tokenbroker.settings;

import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Where the newest refresh tokens are kept. */
public interface StoreSettings {

    /** The JDBC URL: {@code jdbc:sqlite:<file>}, or {@code jdbc:postgresql://host:5432/db} for several replicas. */
    @WithDefault("jdbc:sqlite:data/token-broker.db")
    @Example(value = "jdbc:sqlite:data/token-broker.db", of = "a JDBC URL of SQLite or PostgreSQL")
    String url();

    /** The user, for PostgreSQL. */
    @Example(value = "token_broker", of = "a user of PostgreSQL")
    Optional<String> username();

    /** The user's password, for PostgreSQL. */
    @Example(value = "<a long random password>", of = "that user's password")
    Optional<String> password();

    /** A file that holds {@code broker.store.password}. */
    @Example(value = "/run/secrets/store-password", of = "a file")
    Optional<String> passwordFile();

    /** How many connections a replica makes to PostgreSQL at most. */
    @WithDefault("10")
    @Example("10")
    int poolSize();
}
