package io.tokenbroker.sandbox.process;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Every value of every column of every table, a line each, for the leak check. */
public final class TableDump {

    private TableDump() {}

    /** Bytes are given as characters of the same number. */
    public static List<String> of(Connection connection) throws SQLException {
        var names = new ArrayList<String>();
        try (var tables = connection.getMetaData().getTables(null, null, "%", new String[] {"TABLE"})) {
            while (tables.next()) {
                names.add(tables.getString("TABLE_NAME"));
            }
        }
        var lines = new ArrayList<String>();
        for (var name : names) {
            lines.addAll(of(connection, name));
        }
        return lines;
    }

    private static List<String> of(Connection connection, String table) throws SQLException {
        var lines = new ArrayList<String>();
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT * FROM \"" + table + "\"")) {
            while (row.next()) {
                for (var column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                    var value = row.getObject(column) instanceof byte[] bytes
                            ? new String(bytes, StandardCharsets.ISO_8859_1)
                            : String.valueOf(row.getString(column));
                    lines.add("%s.%s: %s".formatted(table, row.getMetaData().getColumnName(column), value));
                }
            }
        }
        return lines;
    }
}
