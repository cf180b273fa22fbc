package io.tokenbroker.grant;

import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.GrantStore.Look.Mark;
import io.tokenbroker.grant.GrantStore.Look.SharedToken;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.Remembered.SignIn;
import io.tokenbroker.seal.Secret;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The rows in memory, under the same conditions as in SQL. What it holds is one immutable value, so that a model can keep
 * and compare what the store was at any step. The conditions are methods of their own, so that a test can break one.
 */
class InMemoryGrantStore implements GrantStore {

    private static final int MOST_ACCESS_TOKENS = 50;

    private final InstantSource clock;
    private Rows rows;

    InMemoryGrantStore(InstantSource databaseClock) {
        this(databaseClock, Rows.NONE);
    }

    InMemoryGrantStore(InstantSource databaseClock, Rows rows) {
        this.clock = databaseClock;
        this.rows = rows;
    }

    /**
     * Both tables.
     *
     * @param begun how many rows there have been
     */
    record Rows(Map<AccountId, Row> grants, Map<Place, StoredToken> accessTokens, int begun) {

        static final Rows NONE = new Rows(Map.of(), Map.of(), 0);

        Rows {
            grants = Map.copyOf(grants);
            accessTokens = Map.copyOf(accessTokens);
        }

        Rows with(AccountId id, Row row) {
            var changed = new HashMap<>(grants);
            changed.put(id, row);
            return new Rows(changed, accessTokens, begun);
        }

        Rows withToken(Place place, StoredToken token) {
            var changed = new HashMap<>(accessTokens);
            changed.put(place, token);
            return new Rows(grants, changed, begun);
        }

        Rows withoutTokens(AccountId id) {
            var kept = new HashMap<>(accessTokens);
            kept.keySet().removeIf(place -> place.account().equals(id));
            return new Rows(grants, kept, begun);
        }
    }

    /** A row of {@code grants}. */
    record Row(
            UUID userId,
            Instant linkedAt,
            String root,
            Secret refreshToken,
            long version,
            Optional<RunningLease> lease,
            Optional<Mark> mark) {

        Row leased(RunningLease to) {
            return new Row(userId, linkedAt, root, refreshToken, version, Optional.of(to), mark);
        }

        Row free() {
            return new Row(userId, linkedAt, root, refreshToken, version, Optional.empty(), mark);
        }

        Row changed(Secret next, Optional<Mark> nextMark) {
            return new Row(userId, linkedAt, root, next, version + 1, lease, nextMark);
        }

        Row goingOn(UUID nextUser, Instant nextLink) {
            return new Row(nextUser, nextLink, root, refreshToken, version + 1, Optional.empty(), Optional.empty());
        }
    }

    record RunningLease(String owner, Instant until) {}

    /** Where a row of {@code access_tokens} is. */
    record Place(AccountId account, String target) {}

    /** A row of {@code access_tokens}, with the grant that it belongs to. */
    record StoredToken(UUID userId, Instant linkedAt, String root, SharedToken token) {}

    final synchronized Rows rows() {
        return rows;
    }

    @Override
    public final synchronized Look look(SignIn signIn, String target) {
        var found = row(signIn.account());
        if (found.isEmpty()) {
            return new Look.Foreign(0);
        }
        var row = found.get();
        if (!counts(row, signIn)) {
            return new Look.Foreign(row.version());
        }
        var left = row.lease().map(lease -> Duration.between(clock.instant(), lease.until()));
        var token = Optional.ofNullable(rows.accessTokens().get(new Place(signIn.account(), target)))
                .filter(stored -> isOf(row, stored))
                .map(StoredToken::token);
        return new Look.Counting(row.version(), row.mark(), left, token);
    }

    @Override
    public final synchronized long version(AccountId id) {
        return row(id).map(Row::version).orElse(0L);
    }

    @Override
    public final synchronized Optional<Held> lease(
            SignIn signIn, long version, String owner, Duration length, boolean takeOver) {
        var lease = new RunningLease(owner, clock.instant().plus(length));
        return row(signIn.account())
                .filter(row -> mayLease(row, signIn, version, takeOver))
                .map(row -> {
                    rows = rows.with(signIn.account(), row.leased(lease));
                    return new Held(
                            signIn,
                            row.root(),
                            row.refreshToken(),
                            version,
                            owner,
                            row.mark().isPresent());
                });
    }

    @Override
    public final synchronized boolean keep(Held held, Secret refreshToken, Optional<Target> shared, Instant now) {
        var id = held.signIn().account();
        var row = row(id).filter(found -> isHeld(found, held));
        row.ifPresent(found -> rows =
                rows.with(id, found.changed(refreshToken, Optional.empty()).free()));
        if (row.isPresent() && shared.isPresent()) {
            makeRoom(id, now);
            var token = shared.get();
            rows = rows.withToken(
                    new Place(id, token.digest()),
                    new StoredToken(held.signIn().userId(), held.signIn().linkedAt(), held.root(), token.token()));
        }
        return row.isPresent();
    }

    private void makeRoom(AccountId id, Instant now) {
        var longest = rows.accessTokens().entrySet().stream()
                .filter(entry -> entry.getKey().account().equals(id))
                .filter(entry -> entry.getValue().token().expiresAt().isAfter(now))
                .sorted(Comparator.comparing((Map.Entry<Place, StoredToken> entry) ->
                                entry.getValue().token().expiresAt())
                        .reversed()
                        .thenComparing(entry -> entry.getKey().target()))
                .limit(MOST_ACCESS_TOKENS - 1)
                .toList();
        rows = rows.withoutTokens(id);
        longest.forEach(entry -> rows = rows.withToken(entry.getKey(), entry.getValue()));
    }

    @Override
    public final synchronized boolean holds(AccountId id, Secret refreshToken) {
        return row(id).filter(row -> row.refreshToken().equals(refreshToken)).isPresent();
    }

    @Override
    public final synchronized boolean startOver(SignIn signIn, long seen, boolean authorized) {
        var id = signIn.account();
        var row = row(id);
        if (authorized
                && row.filter(found -> found.version() == seen && counts(found, signIn))
                        .flatMap(Row::mark)
                        .isPresent()) {
            rows = rows.with(id, row.get().changed(row.get().refreshToken(), Optional.empty()));
            return true;
        }
        var after = signIn.token().flatMap(token -> begun(row, signIn, token, seen));
        after.ifPresent(begun -> {
            var wasNone = row.isEmpty() ? 1 : 0;
            rows = rows.with(id, begun).withoutTokens(id);
            rows = new Rows(rows.grants(), rows.accessTokens(), rows.begun() + wasNone);
        });
        return after.isPresent();
    }

    private Optional<Row> begun(Optional<Row> before, SignIn signIn, Secret token, long seen) {
        if (before.isEmpty()) {
            return seen == 0 ? Optional.of(fresh(signIn, token, firstVersion())) : Optional.empty();
        }
        var row = before.get();
        if (mayStartOver(row, signIn, seen)) {
            return Optional.of(fresh(signIn, token, row.version() + 1));
        }
        return mayGoOn(row, signIn, seen)
                ? Optional.of(row.goingOn(signIn.userId(), signIn.linkedAt()))
                : Optional.empty();
    }

    private Row fresh(SignIn signIn, Secret token, long version) {
        return new Row(
                signIn.userId(), signIn.linkedAt(), root(signIn), token, version, Optional.empty(), Optional.empty());
    }

    @Override
    public final synchronized boolean end(Held held, Optional<Mark> mark) {
        var id = held.signIn().account();
        var row = row(id).filter(found -> mark.isPresent() ? mayMark(found, held) : isHeld(found, held));
        row.map(found -> mark.isPresent()
                        ? found.changed(found.refreshToken(), mark).free()
                        : found.free())
                .ifPresent(after -> rows = rows.with(id, after));
        return row.isPresent();
    }

    @Override
    public final synchronized void remove(SignIn signIn) {
        var id = signIn.account();
        var kept = new HashMap<>(rows.grants());
        if (row(id).filter(row -> mayRemove(row, signIn)).isPresent()) {
            kept.remove(id);
        }
        var tokens = new HashMap<>(rows.accessTokens());
        tokens.entrySet()
                .removeIf(entry -> entry.getKey().account().equals(id)
                        && entry.getValue().userId().equals(signIn.userId())
                        && entry.getValue().linkedAt().equals(signIn.linkedAt()));
        rows = new Rows(kept, tokens, rows.begun());
    }

    @Override
    public Duration answeringFor() {
        return Duration.ofDays(1);
    }

    private Optional<Row> row(AccountId id) {
        return Optional.ofNullable(rows.grants().get(id));
    }

    // The conditions.

    /** So large that a row that is made anew never has a version of the one before it. */
    long firstVersion() {
        return ThreadLocalRandom.current().nextLong(1, 1L << 62);
    }

    boolean counts(Row row, SignIn signIn) {
        return isOfLink(row, signIn) && (signIn.token().isEmpty() || row.root().equals(root(signIn)));
    }

    /** Whether the access token is of the grant that the row continues. */
    boolean isOf(Row row, StoredToken token) {
        return token.userId().equals(row.userId())
                && token.linkedAt().equals(row.linkedAt())
                && token.root().equals(row.root());
    }

    boolean mayLease(Row row, SignIn signIn, long version, boolean takeOver) {
        var isFree = row.lease().isEmpty() || (takeOver && isOver(row.lease().get()));
        return isFree && row.version() == version && counts(row, signIn);
    }

    boolean isHeld(Row row, Held held) {
        return row.version() == held.version()
                && row.lease()
                        .filter(lease -> lease.owner().equals(held.owner()))
                        .isPresent();
    }

    boolean mayMark(Row row, Held held) {
        return isHeld(row, held);
    }

    boolean mayStartOver(Row row, SignIn signIn, long seen) {
        return row.version() == seen && !row.root().equals(root(signIn));
    }

    boolean mayGoOn(Row row, SignIn signIn, long seen) {
        return row.version() == seen
                && row.root().equals(root(signIn))
                && !isOfLink(row, signIn)
                && (row.lease().isEmpty() || (isOver(row.lease().get()) && isLongAnswering()));
    }

    final boolean isLongAnswering() {
        return answeringFor().compareTo(SEEN_BEFORE_TAKE_OVER) >= 0;
    }

    boolean mayRemove(Row row, SignIn signIn) {
        return isOfLink(row, signIn);
    }

    static boolean isOfLink(Row row, SignIn signIn) {
        return row.userId().equals(signIn.userId()) && row.linkedAt().equals(signIn.linkedAt());
    }

    final boolean isOver(RunningLease lease) {
        return !lease.until().isAfter(clock.instant());
    }

    /** The digest of the sign-in; the empty text where the link holds no token. */
    String root(SignIn signIn) {
        return signIn.root().orElse("");
    }
}
