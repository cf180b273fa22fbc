package io.tokenbroker.grant;

import io.tokenbroker.database.Database;
import io.tokenbroker.database.Session;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.grant.Look.Mark;
import io.tokenbroker.grant.Look.SharedToken;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.seal.Secret;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** The rows in SQLite or PostgreSQL. */
@Singleton
class JdbcGrantStore implements GrantStore {

    /** Of one account: one for each set of scopes that it is minted for. */
    private static final int MOST_ACCESS_TOKENS = 50;

    private static final Secret NONE = Secret.of("");

    private final Database database;
    private final GrantSql sql;
    private final GrantSeal seal;

    JdbcGrantStore(Database database, GrantSql sql, GrantSeal seal) {
        this.database = database;
        this.sql = sql;
        this.seal = seal;
    }

    @Override
    public Look look(SignIn signIn, String target) {
        var counts = counts(signIn);
        var id = id(signIn);
        return database.run(
                        "look",
                        session ->
                                session.first(row -> seen(signIn, target, row), sql.look, counts, target, counts, id))
                .orElseGet(() -> new Look.Foreign(0));
    }

    private Look seen(SignIn signIn, String target, ResultSet row) throws SQLException {
        var version = row.getLong("version");
        if (row.getInt("counts") == 0) {
            return new Look.Foreign(version);
        }
        var lease = Optional.ofNullable(row.getString("lease_owner")).isPresent()
                ? Optional.of(Duration.ofMillis(row.getLong("lease_left")))
                : Optional.<Duration>empty();
        return new Look.Counting(version, mark(row), lease, shared(signIn, target, row));
    }

    private Optional<SharedToken> shared(SignIn signIn, String target, ResultSet row) throws SQLException {
        var times = new SharedToken(
                NONE,
                Optional.empty(),
                instant(row, "issued_at"),
                instant(row, "expires_at"),
                instant(row, "renew_at"));
        var root = row.getString("root");
        return Optional.ofNullable(row.getBytes("access_token"))
                .flatMap(value -> seal.openAccessToken(signIn, root, target, value, times));
    }

    @Override
    public long version(AccountId id) {
        var version = "SELECT version FROM grants WHERE account_id = ?";
        return database.run("version", session -> session.first(row -> row.getLong(1), version, id.toString()))
                .orElse(0L);
    }

    @Override
    public Optional<Held> lease(SignIn signIn, long version, String owner, Duration length, boolean takeOver) {
        var row = database.run(
                "lease",
                session -> session.first(
                        Sealed::of,
                        sql.lease,
                        owner,
                        length.toMillis(),
                        id(signIn),
                        counts(signIn),
                        version,
                        takeOver ? 1 : 0));
        try {
            return row.map(found -> new Held(signIn, found.root(), found.open(seal, signIn.account()), version, owner));
        } catch (StoreUnavailable unopened) {
            end(new Held(signIn, "", NONE, version, owner), Optional.empty());
            throw unopened;
        }
    }

    @Override
    public boolean keep(Held held, Secret refreshToken, Optional<Target> shared, Instant now) {
        var sealed = seal.refreshToken(held.signIn().account(), held.root(), refreshToken);
        return database.transaction("keep", session -> {
            var isKept = session.update(GrantSql.KEEP, sealed, now.toEpochMilli(), own(held)) == 1;
            if (isKept && shared.isPresent()) {
                var id = id(held.signIn());
                session.update(GrantSql.MAKE_ROOM, id, now.toEpochMilli(), id, MOST_ACCESS_TOKENS - 1);
                share(session, held, shared.get());
            }
            return isKept;
        });
    }

    private void share(Session session, Held held, Target target) throws SQLException {
        var token = target.token();
        session.update(
                GrantSql.SHARE,
                id(held.signIn()),
                target.digest(),
                link(held.signIn()),
                held.root(),
                seal.accessToken(held.signIn(), held.root(), target),
                token.issuedAt().toEpochMilli(),
                token.expiresAt().toEpochMilli(),
                token.renewAt().toEpochMilli());
    }

    @Override
    public boolean holds(AccountId id, Secret refreshToken) {
        var token = "SELECT refresh_token, root FROM grants WHERE account_id = ?";
        return database.run("look", session -> session.first(Sealed::of, token, id.toString()))
                .filter(row -> row.open(seal, id).equals(refreshToken))
                .isPresent();
    }

    @Override
    public boolean startOver(SignIn signIn, long seen, boolean authorized) {
        return database.transaction("start_over", session -> {
            if (authorized && session.update(GrantSql.UNMARK, id(signIn), counts(signIn), seen) == 1) {
                return true;
            }
            var token = signIn.token();
            return token.isPresent() && startOver(session, signIn, token.get(), seen);
        });
    }

    private boolean startOver(Session session, SignIn signIn, Secret token, long seen) throws SQLException {
        var id = id(signIn);
        var link = link(signIn);
        var root = signIn.root().orElseThrow();
        var sealed = seal.refreshToken(signIn.account(), root, token);
        var issuedAt = signIn.authorizedAt().toEpochMilli();
        // As with a lease that is taken over: an attempt that was cut off from the store stores first.
        var takeOver = answeringFor().compareTo(SEEN_BEFORE_TAKE_OVER) >= 0 ? 1 : 0;
        var changed = seen == 0
                // So large and random that a row that is made anew never has a version of the one before it.
                ? session.update(
                        GrantSql.BEGIN,
                        link,
                        root,
                        sealed,
                        issuedAt,
                        id,
                        ThreadLocalRandom.current().nextLong(1, 1L << 62))
                : session.update(GrantSql.START_OVER, link, root, sealed, issuedAt, id, seen, root)
                        + session.update(sql.goOn, link, id, seen, root, link, takeOver);
        if (changed > 0) {
            session.update("DELETE FROM access_tokens WHERE account_id = ?", id);
        }
        return changed > 0;
    }

    @Override
    public boolean end(Held held, Optional<Mark> mark) {
        return database.run(
                mark.isPresent() ? "mark" : "release",
                session -> mark.isPresent()
                        ? session.update(
                                        GrantSql.MARK,
                                        mark.get().reason(),
                                        mark.get().since().toEpochMilli(),
                                        own(held))
                                == 1
                        : session.update(GrantSql.RELEASE, own(held)) == 1);
    }

    @Override
    public void remove(SignIn signIn) {
        var where = " WHERE account_id = ? AND user_id = ? AND linked_at = ?";
        database.transaction("remove", session -> {
            session.update("DELETE FROM grants" + where, id(signIn), link(signIn));
            return session.update("DELETE FROM access_tokens" + where, id(signIn), link(signIn));
        });
    }

    @Override
    public Duration answeringFor() {
        return database.answeringFor();
    }

    private static Optional<Mark> mark(ResultSet row) throws SQLException {
        var isActive = "active".equals(row.getString("status"));
        var mark = new Mark(String.valueOf(row.getString("status_reason")), instant(row, "status_since"));
        return isActive ? Optional.empty() : Optional.of(mark);
    }

    private static String id(SignIn signIn) {
        return signIn.account().toString();
    }

    private static Object[] link(SignIn signIn) {
        return new Object[] {signIn.userId().toString(), signIn.linkedAt().toEpochMilli()};
    }

    private static Object[] counts(SignIn signIn) {
        return new Object[] {link(signIn), signIn.root().orElse(null)};
    }

    private static Object[] own(Held held) {
        return new Object[] {id(held.signIn()), held.version(), held.owner()};
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Sealed(String root, byte[] token) {

        static Sealed of(ResultSet row) throws SQLException {
            return new Sealed(row.getString("root"), row.getBytes("refresh_token"));
        }

        Secret open(GrantSeal seal, AccountId id) {
            return seal.openRefreshToken(id, root, token);
        }
    }
}
