package io.tokenbroker.grant;

import io.tokenbroker.database.Database;
import io.tokenbroker.database.Session;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.event.AccountEvents;
import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.GrantStore.Look.Mark;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.Remembered.SignIn;
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

    private final Database database;
    private final GrantSql sql;
    private final GrantSeal seal;
    private final AccountEvents events;

    JdbcGrantStore(Database database, GrantSql sql, GrantSeal seal, AccountEvents events) {
        this.database = database;
        this.sql = sql;
        this.seal = seal;
        this.events = events;
    }

    @Override
    public Look look(SignIn signIn, String target) {
        var counts = counts(signIn);
        return database.first("look", row -> seen(signIn, target, row), sql.look, counts, target, counts, id(signIn))
                .orElseGet(() -> new Look.Foreign(0));
    }

    private Look seen(SignIn signIn, String target, ResultSet row) throws SQLException {
        var version = row.getLong("version");
        if (row.getInt("counts") == 0) {
            return new Look.Foreign(version);
        }
        var left = Duration.ofMillis(row.getLong("lease_left"));
        var lease = Optional.ofNullable(row.getString("lease_owner")).map(owner -> left);
        var since = Instant.ofEpochMilli(row.getLong("status_since"));
        var mark = Optional.ofNullable(row.getString("status_reason")).map(reason -> new Mark(reason, since));
        return new Look.Counting(version, mark, lease, seal.sharedToken(signIn, target, row));
    }

    @Override
    public long version(AccountId id) {
        var version = "SELECT version FROM grants WHERE account_id = ?";
        return database.first("version", row -> row.getLong(1), version, id.toString())
                .orElse(0L);
    }

    @Override
    public Optional<Held> lease(SignIn signIn, long version, String owner, Duration length, boolean takeOver) {
        var free = takeOver ? 1 : 0;
        var row = database.first(
                "lease", Sealed::of, sql.lease, owner, length.toMillis(), id(signIn), counts(signIn), version, free);
        try {
            return row.map(found -> new Held(
                    signIn, found.root(), found.open(seal, signIn.account()), version, owner, found.isMarked()));
        } catch (StoreUnavailable e) {
            end(new Held(signIn, "", Secret.of(""), version, owner, false), Optional.empty());
            throw e;
        }
    }

    @Override
    public boolean keep(Held held, Secret refreshToken, Optional<Target> shared, Instant now) {
        var signIn = held.signIn();
        var at = now.toEpochMilli();
        var sealed = seal.refreshToken(signIn.account(), held.root(), refreshToken);
        return database.transaction("keep", session -> {
            var isKept = session.update(GrantSql.KEEP, sealed, at, own(held)) == 1;
            if (isKept && shared.isPresent()) {
                session.update(GrantSql.MAKE_ROOM, id(signIn), at, id(signIn), MOST_ACCESS_TOKENS - 1);
                session.update(GrantSql.SHARE, id(signIn), link(signIn), held.root(), columns(held, shared.get()));
            }
            if (isKept && held.wasMarked()) {
                events.recovered(session, signIn.account(), user(signIn));
            }
            return isKept;
        });
    }

    private Object[] columns(Held held, Target target) {
        var token = target.token();
        return new Object[] {
            target.digest(),
            seal.accessToken(held.signIn(), held.root(), target),
            token.issuedAt().toEpochMilli(),
            token.expiresAt().toEpochMilli(),
            token.renewAt().toEpochMilli()
        };
    }

    @Override
    public boolean holds(AccountId id, Secret refreshToken) {
        var row = "SELECT refresh_token, root, status FROM grants WHERE account_id = ?";
        return database.first("look", Sealed::of, row, id.toString())
                .filter(found -> found.open(seal, id).equals(refreshToken))
                .isPresent();
    }

    @Override
    public boolean startOver(SignIn signIn, long seen, boolean authorized) {
        return database.transaction("start_over", session -> {
            if (authorized && session.update(GrantSql.UNMARK, id(signIn), counts(signIn), seen) == 1) {
                events.recovered(session, signIn.account(), user(signIn));
                return true;
            }
            var token = signIn.token();
            return token.isPresent() && startOver(session, signIn, token.get(), seen);
        });
    }

    private boolean startOver(Session session, SignIn signIn, Secret token, long seen) throws SQLException {
        var id = id(signIn);
        var root = signIn.root().orElseThrow();
        var before = events.before(session, signIn.account(), seen);
        var sealed = seal.refreshToken(signIn.account(), root, token);
        var begin =
                new Object[] {link(signIn), root, sealed, signIn.authorizedAt().toEpochMilli(), id};
        // As with a lease that is taken over: a holder that was cut off from the store stores first.
        var takeOver = answeringFor().compareTo(SEEN_BEFORE_TAKE_OVER) >= 0 ? 1 : 0;
        // So large and random that a row that is made anew never has a version of the one before it.
        var changed = seen == 0
                ? session.update(
                        GrantSql.BEGIN, begin, ThreadLocalRandom.current().nextLong(1, 1L << 62))
                : session.update(GrantSql.START_OVER, begin, seen, root)
                        + session.update(sql.goOn, link(signIn), id, seen, root, link(signIn), takeOver);
        if (changed > 0) {
            session.update("DELETE FROM access_tokens WHERE account_id = ?", id);
            events.begun(session, signIn.account(), user(signIn), before);
        }
        return changed > 0;
    }

    @Override
    public boolean end(Held held, Optional<Mark> mark) {
        return mark.map(why -> mark(held, why))
                .orElseGet(() -> database.update("release", GrantSql.END, 0, null, null, null, own(held)) == 1);
    }

    private boolean mark(Held held, Mark why) {
        var since = why.since().toEpochMilli();
        return database.transaction("mark", session -> {
            var isMarked = session.update(GrantSql.END, 1, GrantSql.MARKED, why.reason(), since, own(held)) == 1;
            if (isMarked && !held.wasMarked()) {
                events.marked(session, held.signIn().account(), user(held.signIn()), why.reason());
            }
            return isMarked;
        });
    }

    @Override
    public void remove(SignIn signIn) {
        var where = " WHERE account_id = ? AND user_id = ? AND linked_at = ?";
        database.transaction("remove", session -> {
            if (session.update("DELETE FROM grants" + where, id(signIn), link(signIn)) == 1) {
                events.unlinked(session, signIn.account(), user(signIn));
            }
            return session.update("DELETE FROM access_tokens" + where, id(signIn), link(signIn));
        });
    }

    @Override
    public Duration answeringFor() {
        return database.answeringFor();
    }

    private static String id(SignIn signIn) {
        return signIn.account().toString();
    }

    private static String user(SignIn signIn) {
        return signIn.userId().toString();
    }

    private static Object[] link(SignIn signIn) {
        return new Object[] {user(signIn), signIn.linkedAt().toEpochMilli()};
    }

    private static Object[] counts(SignIn signIn) {
        return new Object[] {link(signIn), signIn.root().orElse(null)};
    }

    private static Object[] own(Held held) {
        return new Object[] {id(held.signIn()), held.version(), held.owner()};
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Sealed(String root, byte[] token, boolean isMarked) {

        static Sealed of(ResultSet row) throws SQLException {
            return new Sealed(
                    row.getString("root"),
                    row.getBytes("refresh_token"),
                    GrantSql.MARKED.equals(row.getString("status")));
        }

        Secret open(GrantSeal seal, AccountId id) {
            return seal.openRefreshToken(id, root, token);
        }
    }
}
