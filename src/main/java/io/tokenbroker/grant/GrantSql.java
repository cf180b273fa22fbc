package io.tokenbroker.grant;

import io.tokenbroker.database.Database;
import jakarta.inject.Singleton;

/** What is written to {@code grants} and {@code access_tokens}, but for deletions and by keep-alive. */
@Singleton
class GrantSql {

    /** Rule 2. Takes user, link and root; the root is null where the link holds no token. */
    private static final String COUNTS = "(g.user_id = ? AND g.linked_at = ? AND g.root = COALESCE(?, g.root))";

    static final String MARKED = "reauthorization_required";

    private static final String HELD = " WHERE account_id = ? AND version = ? AND lease_owner = ?";

    final String look;
    final String lease;
    final String goOn;

    GrantSql(Database database) {
        var clock = database.engine().clock();
        look = """
            SELECT g.version, CASE WHEN COUNTS THEN 1 ELSE 0 END AS counts, g.root, g.status_reason, g.status_since,
                   g.lease_owner, g.lease_until - CLOCK AS lease_left,
                   a.access_token, a.issued_at, a.expires_at, a.renew_at
            FROM grants g
            LEFT JOIN access_tokens a ON a.account_id = g.account_id AND a.target = ?
                 AND a.user_id = g.user_id AND a.linked_at = g.linked_at AND a.root = g.root AND COUNTS
            WHERE g.account_id = ?""".replace("COUNTS", COUNTS).replace("CLOCK", clock);
        lease = """
            UPDATE grants AS g SET lease_owner = ?, lease_until = CLOCK + ?
            WHERE g.account_id = ? AND COUNTS AND g.version = ?
              AND (g.lease_owner IS NULL OR (g.lease_until <= CLOCK AND 1 = ?))
            RETURNING refresh_token, root, status""".replace("COUNTS", COUNTS).replace("CLOCK", clock);
        goOn = """
            UPDATE grants SET user_id = ?, linked_at = ?, version = version + 1, lease_owner = NULL, lease_until = 0,
                   status = 'active', status_reason = NULL, gone_since = NULL
            WHERE account_id = ? AND version = ? AND root = ? AND (user_id <> ? OR linked_at <> ?)
              AND (lease_owner IS NULL OR (lease_until <= CLOCK AND 1 = ?))""".replace("CLOCK", clock);
    }

    static final String KEEP = """
            UPDATE grants SET refresh_token = ?, issued_at = ?, version = version + 1, lease_owner = NULL, lease_until = 0,
                   status = 'active', status_reason = NULL, consecutive_failures = 0""" + HELD;

    static final String MAKE_ROOM = """
            DELETE FROM access_tokens WHERE account_id = ? AND (expires_at <= ? OR target NOT IN (
                SELECT target FROM access_tokens WHERE account_id = ? ORDER BY expires_at DESC, target LIMIT ?))""";

    static final String SHARE = """
            INSERT INTO access_tokens
                (account_id, user_id, linked_at, root, target, access_token, issued_at, expires_at, renew_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (account_id, target) DO UPDATE SET user_id = excluded.user_id, linked_at = excluded.linked_at,
                root = excluded.root, access_token = excluded.access_token, issued_at = excluded.issued_at,
                expires_at = excluded.expires_at, renew_at = excluded.renew_at""";

    static final String BEGIN = """
            INSERT INTO grants (user_id, linked_at, root, refresh_token, issued_at, account_id, version, lease_until,
                status, status_since, consecutive_failures, next_look_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, 0, 'active', 0, 0, 0)
            ON CONFLICT (account_id) DO NOTHING""";

    static final String START_OVER = """
            UPDATE grants SET user_id = ?, linked_at = ?, root = ?, refresh_token = ?, issued_at = ?,
                   version = version + 1, lease_owner = NULL, lease_until = 0, status = 'active', status_reason = NULL,
                   consecutive_failures = 0, gone_since = NULL, next_look_at = 0
            WHERE account_id = ? AND version = ? AND root <> ?""";

    static final String UNMARK = """
            UPDATE grants AS g SET version = version + 1, status = 'active', status_reason = NULL
            WHERE g.account_id = ? AND COUNTS AND g.version = ? AND g.status <> 'active'""".replace("COUNTS", COUNTS);

    /** Takes 1 and the mark's status, reason and instant; 0 and nulls to leave the row as it is. */
    static final String END = """
            UPDATE grants SET lease_owner = NULL, lease_until = 0, consecutive_failures = consecutive_failures + 1,
                   version = version + ?, status = COALESCE(?, status), status_reason = COALESCE(?, status_reason),
                   status_since = COALESCE(?, status_since)""" + HELD;
}
