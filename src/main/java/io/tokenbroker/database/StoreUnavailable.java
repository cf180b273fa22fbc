package io.tokenbroker.database;

import java.sql.SQLException;
import java.util.Set;
import java.util.stream.Stream;

/** A statement did not succeed, or its answer was lost: it may have been carried out. Holds no text of the database. */
public class StoreUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Of PostgreSQL read-only and a full disk; of SQLite read-only, a failed write or read, and a full disk. */
    private static final Set<String> REFUSED_WRITES = Set.of("25006", "53100", "8", "10", "13");

    /** The SQLSTATE, as {@link #code}; empty if the database has not answered. */
    private final String code;

    public StoreUnavailable(String what) {
        this(what, "");
    }

    private StoreUnavailable(String what, String code) {
        super(what);
        this.code = code;
    }

    /** A defect of the driver, the pool or the work; its message may hold text of the database. */
    static StoreUnavailable of(RuntimeException defect) {
        return new StoreUnavailable("%s at %s"
                .formatted(
                        defect.getClass().getName(),
                        Stream.of(defect.getStackTrace()).limit(1).toList()));
    }

    static StoreUnavailable of(SQLException e) {
        return new StoreUnavailable("SQLSTATE %s, code %d".formatted(e.getSQLState(), e.getErrorCode()), code(e));
    }

    /** The SQLSTATE, or SQLite's result code, since its driver gives no SQLSTATE. */
    static String code(SQLException e) {
        return e.getSQLState() == null ? String.valueOf(e.getErrorCode() & 0xff) : e.getSQLState();
    }

    /** Whether no write will succeed for a while, even if reading does. */
    boolean refusesWrites() {
        return REFUSED_WRITES.contains(code);
    }

    /** Whether the database is well and has refused this work alone. */
    boolean refusesThisAlone() {
        return refusesThisAlone(code);
    }

    static boolean refusesThisAlone(SQLException e) {
        return refusesThisAlone(code(e));
    }

    /** Of classes 22, a value that no column takes, and 40, rolled back for another's sake. SQLite's codes are shorter. */
    private static boolean refusesThisAlone(String code) {
        return code.length() == 5 && (code.startsWith("22") || code.startsWith("40"));
    }

    /** The database did not answer a moment ago, so it was not asked. Says nothing of whether it answers now. */
    static final class NotAsked extends StoreUnavailable {

        private static final long serialVersionUID = 1;

        NotAsked() {
            super("it did not answer a moment ago");
        }
    }
}
