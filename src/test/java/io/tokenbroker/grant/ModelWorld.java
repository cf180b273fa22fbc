package io.tokenbroker.grant;

import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.grant.InMemoryGrantStore.Row;
import io.tokenbroker.grant.InMemoryGrantStore.Rows;
import io.tokenbroker.grant.InMemoryGrantStore.RunningLease;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.seal.Secret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * What there is beside the brokers: the account's link at FusionAuth, the provider's sign-ins, the store. The refresh token
 * {@code rt:1.2} is the third of the second sign-in; {@code at:1.2:X:0} is an access token that came with it for X.
 *
 * @param logins how many sign-ins there were, which dates the link's last login
 * @param isSettled whether the store has answered for so long that an expired lease may be taken over
 * @param rechecks how often recheck-after has passed
 * @param expiries how often all access tokens have expired
 */
record ModelWorld(
        Kind kind,
        Optional<Link> link,
        int links,
        int logins,
        List<Family> families,
        Rows rows,
        boolean isUp,
        boolean isSettled,
        int rechecks,
        int expiries) {

    static final UUID PROVIDER = new UUID(0, 0xA);
    static final UUID X = new UUID(0, 0x1);
    static final UUID Y = new UUID(0, 0x2);
    static final AccountId ACCOUNT = new AccountId(PROVIDER, "jane");
    static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

    ModelWorld {
        families = List.copyOf(families);
    }

    /** What becomes of a refresh token that is used. */
    enum Kind {
        /** It stays good. */
        REUSABLE,
        /** To use it again revokes the sign-in. */
        STRICT,
        /** It works until its grace window ends; then to use it revokes the sign-in. */
        GRACE
    }

    /** How long something has been over. */
    enum Over {
        NO,
        JUST_NOW,
        FOR_LONGER_THAN_RECHECK_AFTER;

        Over begun() {
            return this == NO ? JUST_NOW : this;
        }

        Over later() {
            return this == NO ? NO : FOR_LONGER_THAN_RECHECK_AFTER;
        }
    }

    /**
     * The refresh tokens of one sign-in.
     *
     * @param newest how many times it was refreshed
     * @param hasGrace whether the token before the newest works too
     * @param endOfX since when X has no link that goes on with it
     * @param superseded since when there has been a newer sign-in
     * @param isExcused whether it may be lost: by one of the ways that cannot be helped
     */
    record Family(
            int newest,
            boolean isRevoked,
            boolean hasGrace,
            Over endOfX,
            Over endOfY,
            Over superseded,
            boolean isExcused) {

        static final Family NEW = new Family(0, false, false, Over.NO, Over.NO, Over.NO, false);

        Family refreshed() {
            return new Family(newest + 1, isRevoked, true, endOfX, endOfY, superseded, isExcused);
        }

        Family revoked() {
            return new Family(newest, true, hasGrace, endOfX, endOfY, superseded, isExcused);
        }

        Family withoutGrace() {
            return new Family(newest, isRevoked, false, endOfX, endOfY, superseded, isExcused);
        }

        Family excused() {
            return new Family(newest, isRevoked, hasGrace, endOfX, endOfY, superseded, true);
        }

        Family ended(UUID user) {
            return user.equals(X)
                    ? new Family(newest, isRevoked, hasGrace, endOfX.begun(), endOfY, superseded, isExcused)
                    : new Family(newest, isRevoked, hasGrace, endOfX, endOfY.begun(), superseded, isExcused);
        }

        Family overtaken() {
            return new Family(newest, isRevoked, hasGrace, endOfX, endOfY, superseded.begun(), isExcused);
        }

        Family reinstated() {
            return new Family(newest, isRevoked, hasGrace, endOfX, endOfY, Over.NO, isExcused);
        }

        Family later() {
            return new Family(
                    newest, isRevoked, hasGrace, endOfX.later(), endOfY.later(), superseded.later(), isExcused);
        }

        Over end(UUID user) {
            return user.equals(X) ? endOfX : endOfY;
        }
    }

    /** X has linked the account; the store knows nothing of it yet. */
    static ModelWorld linked(Kind kind) {
        var empty = new ModelWorld(kind, Optional.empty(), 0, 0, List.of(), Rows.NONE, true, true, 0, 0);
        return empty.signedIn(X);
    }

    // FusionAuth.

    /** The person signs in: over the link there is, or over a new one for this user. */
    ModelWorld signedIn(UUID user) {
        var before = link;
        var overtaken = this;
        if (before.isPresent()) {
            var old = current();
            overtaken = old < 0 ? this : family(old, Family::overtaken);
            var stored = row().map(row -> familyOf(row.refreshToken()));
            overtaken = stored.isPresent() ? overtaken.family(stored.get(), Family::overtaken) : overtaken;
        }
        var more = new ArrayList<>(overtaken.families);
        more.add(Family.NEW);
        var token = Optional.of(Secret.of("rt:" + families.size() + ".0"));
        var next = before.isPresent()
                ? link(before.get().userId(), before.get().linkedAt(), token, logins + 1)
                : link(user, TIME.plusSeconds(60L * links), token, logins + 1);
        return new ModelWorld(
                kind,
                Optional.of(next),
                before.isPresent() ? links : links + 1,
                logins + 1,
                more,
                rows,
                isUp,
                isSettled,
                rechecks,
                expiries);
    }

    /** A login without offline_access: FusionAuth forgets the link's token (fusionauth-issues#2374). */
    ModelWorld cleared() {
        var now = link.orElseThrow();
        var old = current();
        var next = link(now.userId(), now.linkedAt(), Optional.empty(), logins + 1);
        var isStored = row().filter(row -> familyOf(row.refreshToken()) == old).isPresent();
        var after = with(Optional.of(next), links, logins + 1);
        // Without the link's token only the row can say which sign-in counts.
        return isStored ? after : after.allFamilies(Family::reinstated);
    }

    ModelWorld unlinked() {
        var gone = link.orElseThrow();
        var after = with(Optional.empty(), links, logins);
        for (var family = 0; family < families.size(); family++) {
            after = after.family(family, each -> each.ended(gone.userId()));
        }
        return after;
    }

    /** The link is deleted, and made for Y with its token. */
    ModelWorld moved() {
        var token = link.orElseThrow().token();
        var after = unlinked();
        var next = link(Y, TIME.plusSeconds(60L * links), token, logins + 1);
        return after.with(Optional.of(next), links + 1, logins + 1);
    }

    private static Link link(UUID user, Instant insertedAt, Optional<Secret> token, int login) {
        var lastLogin = Optional.of(TIME.plusSeconds(3_600 + 60L * login));
        return new Link(PROVIDER, "model", ACCOUNT.identity(), user, "Jane", token, Optional.of(insertedAt), lastLogin);
    }

    // The provider.

    static int familyOf(Secret refreshToken) {
        return refreshToken.reveal().charAt(3) - '0';
    }

    static int numberOf(Secret refreshToken) {
        return Integer.parseInt(refreshToken.reveal().substring(5));
    }

    boolean works(Secret refreshToken) {
        var family = families.get(familyOf(refreshToken));
        var age = family.newest() - numberOf(refreshToken);
        return !family.isRevoked()
                && (kind == Kind.REUSABLE || age == 0 || (kind == Kind.GRACE && family.hasGrace() && age == 1));
    }

    /** The token is used: there is a newer one, or the sign-in is revoked. */
    ModelWorld used(Secret refreshToken) {
        if (works(refreshToken)) {
            return family(familyOf(refreshToken), Family::refreshed);
        }
        return kind == Kind.REUSABLE ? this : family(familyOf(refreshToken), Family::revoked);
    }

    Secret newestOf(int family) {
        return Secret.of("rt:" + family + "." + families.get(family).newest());
    }

    /** The sign-in that counts; negative if none is known. */
    int current() {
        if (link.isEmpty()) {
            return -1;
        }
        return link.get()
                .token()
                .map(ModelWorld::familyOf)
                .orElseGet(() -> row().filter(
                                row -> row.userId().equals(link.get().userId())
                                        && row.linkedAt().equals(link.get().linkedAt()))
                        .map(row -> familyOf(row.refreshToken()))
                        .orElse(-1));
    }

    // The store.

    Optional<Row> row() {
        return Optional.ofNullable(rows.grants().get(ACCOUNT));
    }

    Optional<RunningLease> runningLease() {
        return row().flatMap(Row::lease).filter(lease -> lease.until().isAfter(TIME));
    }

    /** Time is told by what is left: the database's clock stands, and a lease has run out when it ends now. */
    ModelWorld leaseExpired() {
        var row = row().orElseThrow();
        var over = new RunningLease(row.lease().orElseThrow().owner(), TIME);
        return with(rows.with(ACCOUNT, row.leased(over)));
    }

    @SuppressWarnings("ReferenceEquality") // unchanged rows are the same object
    ModelWorld with(Rows next) {
        return next.equals(rows)
                ? this
                : new ModelWorld(kind, link, links, logins, families, next, isUp, isSettled, rechecks, expiries);
    }

    ModelWorld store(boolean up, boolean settled) {
        return new ModelWorld(kind, link, links, logins, families, rows, up, settled, rechecks, expiries);
    }

    // Time.

    ModelWorld rechecked() {
        var later = new ModelWorld(kind, link, links, logins, families, rows, isUp, isSettled, rechecks + 1, expiries);
        return later.allFamilies(Family::later);
    }

    ModelWorld expired() {
        return new ModelWorld(kind, link, links, logins, families, rows, isUp, isSettled, rechecks, expiries + 1);
    }

    ModelWorld family(int index, UnaryOperator<Family> change) {
        var changed = new ArrayList<>(families);
        changed.set(index, change.apply(changed.get(index)));
        return new ModelWorld(kind, link, links, logins, changed, rows, isUp, isSettled, rechecks, expiries);
    }

    private ModelWorld allFamilies(UnaryOperator<Family> change) {
        var changed = families.stream().map(change).toList();
        return new ModelWorld(kind, link, links, logins, changed, rows, isUp, isSettled, rechecks, expiries);
    }

    private ModelWorld with(Optional<Link> nextLink, int nextLinks, int nextLogins) {
        return new ModelWorld(
                kind, nextLink, nextLinks, nextLogins, families, rows, isUp, isSettled, rechecks, expiries);
    }

    @Override
    public String toString() {
        return "link %s, row %s, sign-ins %s, store %s"
                .formatted(
                        link.map(now -> now.userId().getLeastSignificantBits() + " "
                                        + now.token().map(Secret::reveal).orElse("no token"))
                                .orElse("none"),
                        row().map(row -> row.refreshToken().reveal() + " of link " + row.linkedAt() + " version "
                                        + row.version() + " " + row.lease() + " " + row.mark())
                                .orElse("none"),
                        families,
                        isUp ? "up" : "down");
    }
}
