package io.tokenbroker.refresh;

import io.tokenbroker.refresh.AccessToken.Minted;
import io.tokenbroker.refresh.AccessToken.Minted.Source;
import io.tokenbroker.tenant.RefreshOutcome;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Whether an access token that is there already will do instead of a refresh.
 *
 * @param isPicky whether one that others take may not do
 * @param inMemory tells a token in this broker's memory that will do
 * @param stored tells one that the store shared before this caller began
 * @param since the same of one that was stored since
 * @param mayPassOver asked before the tenant is, if a token that others would take does not do
 */
public record Acceptance(
        boolean isPicky,
        Predicate<AccessToken> inMemory,
        Predicate<AccessToken> stored,
        Predicate<AccessToken> since,
        BooleanSupplier mayPassOver) {

    /** The tenant has to be asked. */
    public static final Acceptance NONE = inMemoryOnly(token -> false);

    /** Any that passes. */
    public static Acceptance of(Predicate<AccessToken> usable) {
        return new Acceptance(false, usable, usable, usable, () -> true);
    }

    /** Only what comes from now on: the caller knows better than what is stored. */
    public static Acceptance ofNew(Predicate<AccessToken> usable) {
        return new Acceptance(true, token -> false, token -> false, usable, () -> true);
    }

    /** Any that passes, where others may take more. */
    public static Acceptance picky(Predicate<AccessToken> usable) {
        return new Acceptance(true, usable, usable, usable, () -> true);
    }

    /** Only what memory has for the very same question: the store does not keep the claims of its tokens. */
    public static Acceptance inMemoryOnly(Predicate<AccessToken> usable) {
        return new Acceptance(true, usable, token -> false, token -> false, () -> true);
    }

    public Acceptance passingOverIf(BooleanSupplier may) {
        return new Acceptance(isPicky, inMemory, stored, since, may);
    }

    /**
     * Whether the end of another caller's refresh will do. That caller may have accepted a stored token that this does not,
     * and it may have been too early or refused a place where this is not.
     */
    public boolean acceptsShared(RefreshResult result, boolean isNew) {
        return switch (result) {
            case RefreshResult.Arrived arrived
            when arrived.minted().source() == Source.CACHE ->
                accepts(arrived.minted().token(), isNew);
            case RefreshResult.Missed(Unavailable why) -> why.outage() != Outage.CROWDED;
            case RefreshResult.TooEarly _ -> false;
            case RefreshResult.Arrived _, RefreshResult.Missed _, RefreshResult.Busy _, RefreshResult.StoreAway _ ->
                true;
        };
    }

    boolean accepts(AccessToken token, boolean isNew) {
        return (isNew ? since : stored).test(token);
    }

    /** How a refresh ended for all who waited for it. */
    public sealed interface RefreshResult {

        /** @param rotated whether a newer refresh token came along */
        record Arrived(Minted minted, boolean rotated) implements RefreshResult {}

        /** Refused or not answered. If the tenant is away, an older token may do, which each caller judges by itself. */
        record Missed(RefreshOutcome.NoToken why) implements RefreshResult {}

        /**
         * Another replica is refreshing the account, for too long to wait.
         *
         * @param left until its lease ends
         */
        record Busy(Duration left) implements RefreshResult {}

        /** A usable token would have been passed over, and the client has had its turn for that. */
        record TooEarly() implements RefreshResult {}

        /** The store is away, and the refresh token may not be spent, or is not known without it. */
        record StoreAway() implements RefreshResult {}
    }
}
