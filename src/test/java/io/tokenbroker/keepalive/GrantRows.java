package io.tokenbroker.keepalive;

import io.tokenbroker.database.Database;
import io.tokenbroker.grant.Engines;
import io.tokenbroker.grant.TestStores;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.seal.TestSealers;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows as other replicas leave them, sealed by the key {@code old}. */
final class GrantRows {

    private static final String ROOT = "root";

    private final Database database;
    /** Begins without rows. */
    GrantRows(Engines engine) {
        this.database = engine.database();
        execute("DELETE FROM grants");
        execute("DELETE FROM access_tokens");
    }

    /** A row with the refresh token {@code 0.0}. */
    AccountId issuedAt(Instant instant) {
        return add(new AccountId(UUID.randomUUID(), "an identity"), instant);
    }

    /** The same of another account of this one's provider. */
    void alsoAt(AccountId one, Instant instant) {
        add(new AccountId(one.providerId(), "another identity of " + instant), instant);
    }

    private AccountId add(AccountId id, Instant instant) {
        execute(
                "INSERT INTO grants (account_id, user_id, linked_at, root, refresh_token, issued_at, version, lease_until, status, status_since, consecutive_failures, next_look_at) VALUES (?, 'user', 1, ?, ?, ?, 1000, 0, 'active', 0, 0, 0)",
                id.toString(),
                ROOT,
                sealed(id, "0.0"),
                instant.toEpochMilli());
        return id;
    }

    /** Puts an access token beside it. */
    void share(AccountId id, Instant expiresAt) {
        execute(
                "INSERT INTO access_tokens (account_id, target, user_id, linked_at, root, access_token, issued_at, expires_at, renew_at) VALUES (?, 'target', 'user', 1, ?, ?, 1, ?, 1)",
                id.toString(),
                ROOT,
                new byte[] {1},
                expiresAt.toEpochMilli());
    }

    /** Another replica has a lease for so long. */
    void lease(AccountId id, long millis) {
        execute(
                "UPDATE grants SET lease_owner = 'somebody', lease_until = %s + ? WHERE account_id = ?"
                        .formatted(database.engine().clock()),
                millis,
                id.toString());
    }

    /** Another replica keeps this token, by a lease on the row of this version. */
    int keep(AccountId id, long version, String token) {
        return execute(
                "UPDATE grants SET refresh_token = ?, version = version + 1, lease_owner = NULL, lease_until = 0 WHERE account_id = ? AND version = ? AND lease_owner = 'somebody'",
                sealed(id, token),
                id.toString(),
                version);
    }

    void mark(AccountId id) {
        execute("UPDATE grants SET status = 'reauthorization_required' WHERE account_id = ?", id.toString());
    }

    void change(AccountId id) {
        execute("UPDATE grants SET version = version + 1 WHERE account_id = ?", id.toString());
    }

    long version(AccountId id) {
        return number("SELECT version FROM grants WHERE account_id = ?", id);
    }

    long count(String table, AccountId id) {
        return number("SELECT count(*) FROM %s WHERE account_id = ?".formatted(table), id);
    }

    /** The refresh token, if these keys open it. */
    Optional<Secret> token(AccountId id, String... keys) {
        var value = database.run(
                        "test",
                        session -> session.first(
                                row -> row.getBytes(1),
                                "SELECT refresh_token FROM grants WHERE account_id = ?",
                                id.toString()))
                .orElseThrow();
        return TestSealers.with(keys).open(value, id.toString(), "refresh_token", ROOT);
    }

    private static byte[] sealed(AccountId id, String token) {
        return TestStores.seal(TestSealers.with("old")).refreshToken(id, ROOT, Secret.of(token));
    }

    private long number(String sql, AccountId id) {
        return database.run("test", session -> session.first(row -> row.getLong(1), sql, id.toString()))
                .orElseThrow();
    }

    private int execute(String sql, @Nullable Object... values) {
        return database.<Integer>run("test", session -> session.update(sql, values));
    }
}
