package io.tokenbroker.grant;

import io.tokenbroker.database.Database;
import io.tokenbroker.database.TestDatabases;
import io.tokenbroker.support.Postgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The two real databases, each opened once for all tests of the JVM, when the first needs it. */
@SuppressWarnings("ImmutableEnumChecker") // opened when first needed
public enum Engines {
    SQLITE(url -> TestDatabases.sqlite(Path.of(url))) {
        @Override
        public String newPlace() {
            try {
                var folder = Files.createTempDirectory(Path.of("target"), "stores");
                return folder.resolve("store.db").toString();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    },
    POSTGRESQL(TestDatabases::postgresql) {
        @Override
        public String newPlace() {
            return Postgres.newDatabase();
        }
    };

    private final Function<String, Database> opening;
    private @Nullable Database shared;

    Engines(Function<String, Database> opening) {
        this.opening = opening;
    }

    /** Where a new, empty database is: a file or a URL. */
    public abstract String newPlace();

    /** Opens the database there, as another process would. */
    public Database open(String place) {
        return opening.apply(place);
    }

    /** The one that all tests share. */
    public synchronized Database database() {
        if (shared == null) {
            shared = open(newPlace());
        }
        return shared;
    }
}
