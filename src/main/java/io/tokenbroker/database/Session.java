package io.tokenbroker.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One connection for one piece of work. A result is read to its end and closed: SQLite commits a RETURNING statement only
 * then, and only then says that it could not. An array stands for its members.
 */
public final class Session {

    /** SQLite waits as long for a lock that another process holds, whatever its busy_timeout says. */
    private static final int STATEMENT_SECONDS = 4;

    private final Connection connection;

    Session(Connection connection) {
        this.connection = connection;
    }

    /** Runs a statement without a result; gives the number of rows. */
    public int update(String sql, @Nullable Object... values) throws SQLException {
        try (var statement = prepared(sql, values)) {
            return statement.executeUpdate();
        }
    }

    /** Runs a statement without a result once for each of these; the database is asked once for all. */
    public void updateEach(String sql, List<Object[]> each) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            statement.setQueryTimeout(STATEMENT_SECONDS);
            for (var values : each) {
                set(statement, 1, values);
                statement.addBatch();
            }
            var _ = statement.executeBatch();
        }
    }

    /** Runs a statement with a result, which may also write; gives all rows. */
    public <T> List<T> rows(Row<T> row, String sql, @Nullable Object... values) throws SQLException {
        try (var statement = prepared(sql, values);
                var found = statement.executeQuery()) {
            var rows = new ArrayList<T>();
            while (found.next()) {
                rows.add(row.of(found));
            }
            return rows;
        }
    }

    /** The first row. */
    public <T> Optional<T> first(Row<T> row, String sql, @Nullable Object... values) throws SQLException {
        return rows(row, sql, values).stream().findFirst();
    }

    /** What is done as a whole or not at all. */
    <T> T transaction(Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        var result = work.in(this);
        connection.commit();
        connection.setAutoCommit(true);
        return result;
    }

    /** Writes as a row needs it, and leaves nothing. */
    int takeRow() throws SQLException {
        update("CREATE TABLE token_broker_probe (id BIGINT)");
        return update("DROP TABLE token_broker_probe");
    }

    private PreparedStatement prepared(String sql, @Nullable Object... values) throws SQLException {
        var statement = connection.prepareStatement(sql);
        try {
            statement.setQueryTimeout(STATEMENT_SECONDS);
            set(statement, 1, values);
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    private static int set(PreparedStatement statement, int from, @Nullable Object... values) throws SQLException {
        var next = from;
        for (var value : values) {
            if (value instanceof Object[] several) {
                next = set(statement, next, several);
            } else if (value instanceof byte[] bytes) {
                statement.setBytes(next++, bytes);
            } else {
                statement.setObject(next++, value);
            }
        }
        return next;
    }

    /** Reads the row at hand. */
    @FunctionalInterface
    public interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    /** What is done on a connection. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Session session) throws SQLException;
    }
}
