package io.tokenbroker.database;

import java.sql.SQLException;

/** A statement did not succeed, or its answer was lost: it may have been carried out. Holds no text of the database. */
public class StoreUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1;

    public StoreUnavailable(String what) {
        super(what);
    }

    static StoreUnavailable of(SQLException e) {
        return new StoreUnavailable("SQLSTATE %s, code %d".formatted(e.getSQLState(), e.getErrorCode()));
    }
}
