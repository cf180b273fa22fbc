package io.tokenbroker.keepalive;

import io.tokenbroker.support.StoreMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What stands in the store, as a look behind the scenes. */
final class Rows {

    private Rows() {}

    /**
     * One row of {@code grants}.
     *
     * @param token as it is sealed
     */
    record Row(
            String account,
            long version,
            long issuedAt,
            String status,
            Optional<Long> goneSince,
            long nextLookAt,
            String token) {}

    static List<Row> all() {
        return StoreMemory.database()
                .run(
                        "test",
                        session -> session.rows(
                                row -> {
                                    var gone = row.getLong("gone_since");
                                    var goneSince = row.wasNull() ? Optional.<Long>empty() : Optional.of(gone);
                                    return new Row(
                                            row.getString("account_id"),
                                            row.getLong("version"),
                                            row.getLong("issued_at"),
                                            row.getString("status"),
                                            goneSince,
                                            row.getLong("next_look_at"),
                                            row.getString("token"));
                                },
                                "SELECT *, hex(refresh_token) AS token FROM grants ORDER BY account_id"));
    }

    static Row of(String account) {
        return find(account).orElseThrow();
    }

    static Optional<Row> find(String account) {
        return all().stream().filter(row -> row.account().equals(account)).findFirst();
    }

    /** How many access tokens are shared. */
    static int accessTokens() {
        return new ArrayList<>(StoreMemory.database()
                        .run("test", session -> session.rows(row -> 1, "SELECT 1 FROM access_tokens")))
                .size();
    }
}
