package io.tokenbroker.grant;

import com.github.benmanes.caffeine.cache.Ticker;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.grant.GrantStore.Held;
import io.tokenbroker.grant.GrantStore.Look.Mark;
import io.tokenbroker.grant.GrantStore.Look.SharedToken;
import io.tokenbroker.grant.GrantStore.Target;
import io.tokenbroker.grant.UnstoredTokens.Unstored;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The right to spend an account's refresh token in one attempt, timed by a clock that cannot be set. Blocks. */
public final class Lease {

    /** A process that was stopped for longer must not send: the lease may be another's by then. */
    private static final Duration SEND_WITHIN = Duration.ofSeconds(5);

    private final GrantStore store;
    private final UnstoredTokens unstored;
    private final Held held;
    private final Rotation rotation;
    private final Ticker ticker;
    /** Before it was asked for. */
    private final long askedAt;

    Lease(GrantStore store, UnstoredTokens unstored, Held held, Rotation rotation, Ticker ticker, long askedAt) {
        this.store = store;
        this.unstored = unstored;
        this.held = held;
        this.rotation = rotation;
        this.ticker = ticker;
        this.askedAt = askedAt;
    }

    /** How an attempt to store ended. */
    public enum Keeping {
        /** In a row of the next version. */
        KEPT,
        /** Not at all: the row is of another sign-in by now, or gone. */
        SUPERSEDED,
        /** In memory at most, as the store is away. */
        UNSTORED
    }

    /**
     * How long it lasts: a send in the first 5 s, 10 s for its answer, and time to store; where tokens are spent by their
     * use also a pause and one more send after a lost answer.
     */
    static Duration length(Rotation rotation) {
        return Duration.ofSeconds(rotation == Rotation.REUSABLE ? 20 : 45);
    }

    /** The newest refresh token of the grant. */
    public Secret refreshToken() {
        return held.refreshToken();
    }

    /** The row's version when the lease was taken; storing makes it one more. */
    public long version() {
        return held.version();
    }

    /** Whether the refresh token may still be sent for the first time. */
    public boolean maySend() {
        return used().compareTo(SEND_WITHIN) < 0;
    }

    /** Whether so much work ends before another attempt may take the row. */
    public boolean leavesTimeFor(Duration work) {
        return used().plus(work).compareTo(length(rotation)) < 0;
    }

    /**
     * Stores what the provider gave and ends the lease, before any of it is handed out. A failure is tried again at once,
     * over another connection; then a token that is spent by its use stays in memory and is tried each second.
     *
     * @param next the next refresh token; empty where the provider gave none and the old one stays
     * @param scopes what the access token is for
     * @param shared the access token; empty for one that no other caller may have
     */
    public Keeping keep(Optional<Secret> next, List<String> scopes, Optional<SharedToken> shared) {
        var target = shared.map(token -> new Target(Target.digest(scopes), token));
        var token = new Unstored(held, next.orElse(held.refreshToken()), target);
        var ended = stored(() -> unstored.store(token));
        if (ended == Keeping.UNSTORED) {
            ended = stored(() -> unstored.store(token));
        }
        if (ended == Keeping.UNSTORED && rotation == Rotation.SINGLE_USE) {
            unstored.put(token);
        }
        return ended;
    }

    /** Ends the lease after a failure, which leaves the refresh token as it was. Without the store it ends by itself. */
    public void release() {
        var _ = stored(() -> store.end(held, Optional.empty()));
    }

    /** Ends the lease and marks the account: only a new sign-in helps, as far as is known. */
    public Keeping mark(Mark mark) {
        return stored(() -> store.end(held, Optional.of(mark)));
    }

    private static Keeping stored(BooleanSupplier write) {
        try {
            return write.getAsBoolean() ? Keeping.KEPT : Keeping.SUPERSEDED;
        } catch (StoreUnavailable away) {
            return Keeping.UNSTORED;
        }
    }

    private Duration used() {
        return Duration.ofNanos(ticker.read() - askedAt);
    }
}
