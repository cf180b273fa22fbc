package io.tokenbroker.activity;

import io.tokenbroker.activity.Addition.Times;
import io.tokenbroker.database.Database;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.link.AccountId;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The statements on the table. Blocks; throws {@link io.tokenbroker.database.StoreUnavailable}. */
@Singleton
class ActivityTable {

    static final Duration KEPT = Duration.ofDays(90);
    static final int ROWS_OF_AN_ACCOUNT = 1_000;

    /** Written in one transaction: a commit costs more than a row. */
    private static final int BATCH = 200;

    /** Deleted by one statement: without a limit it might not end in time, and be begun anew each time. */
    private static final int DELETED_AT_ONCE = 1_000;

    private static final int ACCOUNTS_AT_ONCE = 100;

    private static final String PAGE = """
            SELECT client, resource, door, outcome, uses, first_at, last_at FROM activity
            WHERE account_id = ? AND user_id = ? AND linked_at = ? AND last_at >= ? AND (client = ? OR ? = '')
                AND (last_at < ? OR (last_at = ? AND (client, resource, door, outcome) > (?, ?, ?, ?)))
            ORDER BY last_at DESC, client, resource, door, outcome LIMIT ?""";

    private static final String DROP = """
            DELETE FROM activity WHERE (account_id, user_id, linked_at, client, resource, door, outcome) IN (
                SELECT account_id, user_id, linked_at, client, resource, door, outcome FROM activity
                WHERE last_at < ? LIMIT ?)""";

    private static final String USED_LATELY = """
            SELECT account_id, COUNT(*) AS held FROM activity WHERE account_id IN (
                SELECT DISTINCT account_id FROM activity WHERE last_at >= ? AND account_id > ?
                ORDER BY account_id LIMIT ?)
            GROUP BY account_id ORDER BY account_id""";

    /**
     * Tokens stay first, then the newest refusal of each client, the second of each, and so on: a client can have as many
     * as it likes, and removes none of another's.
     */
    private static final String TRIM = """
            DELETE FROM activity WHERE (account_id, user_id, linked_at, client, resource, door, outcome) IN (
                SELECT account_id, user_id, linked_at, client, resource, door, outcome FROM (
                    SELECT ranked.*, ROW_NUMBER() OVER (
                        ORDER BY turn, last_at DESC, user_id, linked_at, client, resource, door, outcome) AS place
                    FROM (
                        SELECT activity.*, CASE WHEN outcome IN (TOKENS) THEN 0 ELSE ROW_NUMBER() OVER (
                            PARTITION BY client, CASE WHEN outcome IN (TOKENS) THEN 0 ELSE 1 END
                            ORDER BY last_at DESC, user_id, linked_at, resource, door, outcome) END AS turn
                        FROM activity WHERE account_id = ?) AS ranked
                ) AS placed WHERE place > ? LIMIT ?)""".replace("TOKENS", "'" + String.join("', '", Use.TOKENS) + "'");

    /** Longer than rows wait to be written, but while the store is away: those are trimmed after a later use. */
    private static final Duration LATELY = Duration.ofHours(1);

    private final Database database;

    ActivityTable(Database database) {
        this.database = database;
    }

    /** Adds to what is there, and takes out of these what is written. */
    void add(Map<Use, Times> uses) {
        uses.entrySet().stream()
                .map(entry -> Addition.of(entry.getKey(), entry.getValue()))
                .sorted(Addition.ORDER)
                .collect(Collectors.groupingBy(Addition::sql))
                .forEach((sql, additions) -> add(sql, additions, uses));
    }

    private void add(String sql, List<Addition> additions, Map<Use, Times> uses) {
        for (var from = 0; from < additions.size(); from += BATCH) {
            var batch = additions.subList(from, Math.min(additions.size(), from + BATCH));
            database.transaction("add_activity", session -> {
                session.updateEach(sql, batch.stream().map(Addition::values).toList());
                return batch.size();
            });
            // What is written already must not be written again when a later batch fails.
            batch.forEach(addition -> uses.remove(addition.use()));
        }
    }

    /**
     * Rows of this link, the last used first.
     *
     * @param client only this client's rows; without it: all
     */
    List<Row> page(Link link, Optional<String> client, Instant now, Cursor after, int most) {
        return database.rows(
                "activity",
                Row::of,
                PAGE,
                AccountId.of(link).toString(),
                link.userId().toString(),
                link.linkedAt().toEpochMilli(),
                now.minus(KEPT).toEpochMilli(),
                client.orElse(""),
                client.orElse(""),
                after.lastAt(),
                after.lastAt(),
                after.client(),
                after.resource(),
                after.door(),
                after.outcome(),
                most);
    }

    /** Deletes the rows that accounts used lately have more than they may: refusals, then the oldest. */
    void trim(Instant now) {
        var since = now.minus(LATELY).toEpochMilli();
        for (var page = usedLately(since, "");
                !page.isEmpty();
                page = usedLately(since, page.getLast().account())) {
            page.stream()
                    .filter(one -> one.rows() > ROWS_OF_AN_ACCOUNT)
                    .forEach(crowded -> delete("trim_activity", TRIM, crowded.account(), ROWS_OF_AN_ACCOUNT));
        }
    }

    private List<Held> usedLately(long since, String after) {
        return database.rows("activity_used_lately", Held::of, USED_LATELY, since, after, ACCOUNTS_AT_ONCE);
    }

    void dropOld(Instant now) {
        delete("drop_activity", DROP, now.minus(KEPT).toEpochMilli());
    }

    private void delete(String operation, String sql, Object... values) {
        var deleted = DELETED_AT_ONCE;
        while (deleted == DELETED_AT_ONCE) {
            deleted = database.update(operation, sql, values, DELETED_AT_ONCE);
        }
    }

    /** How many rows an account has. */
    private record Held(String account, long rows) {

        static Held of(ResultSet row) throws SQLException {
            return new Held(row.getString("account_id"), row.getLong("held"));
        }
    }

    /** Where a page begins: behind this row. */
    record Cursor(long lastAt, String client, String resource, String door, String outcome) {

        static final Cursor FIRST = new Cursor(Long.MAX_VALUE, "", "", "", "");
    }

    /** A row as callers see it. */
    record Row(
            String client, String resource, String door, String outcome, long count, Instant firstAt, Instant lastAt) {

        private static Row of(ResultSet row) throws SQLException {
            return new Row(
                    row.getString("client"),
                    row.getString("resource"),
                    row.getString("door"),
                    row.getString("outcome"),
                    row.getLong("uses"),
                    Instant.ofEpochMilli(row.getLong("first_at")),
                    Instant.ofEpochMilli(row.getLong("last_at")));
        }

        Cursor cursor() {
            return new Cursor(lastAt.toEpochMilli(), client, resource, door, outcome);
        }
    }
}
