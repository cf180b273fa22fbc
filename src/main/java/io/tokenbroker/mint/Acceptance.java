package io.tokenbroker.mint;

import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
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
record Acceptance(
        boolean isPicky,
        Predicate<AccessToken> inMemory,
        Predicate<AccessToken> stored,
        Predicate<AccessToken> since,
        BooleanSupplier mayPassOver) {

    /** The tenant has to be asked. */
    static final Acceptance NONE = inMemoryOnly(token -> false);

    /** Any that passes. */
    static Acceptance of(Predicate<AccessToken> usable) {
        return new Acceptance(false, usable, usable, usable, () -> true);
    }

    /** Only what comes from now on: the caller knows better than what is stored. */
    static Acceptance ofNew(Predicate<AccessToken> usable) {
        return new Acceptance(true, token -> false, token -> false, usable, () -> true);
    }

    /** Any that passes, where others may take more. */
    static Acceptance picky(Predicate<AccessToken> usable) {
        return new Acceptance(true, usable, usable, usable, () -> true);
    }

    /** Only what memory has for the very same question: the store does not keep the claims of its tokens. */
    static Acceptance inMemoryOnly(Predicate<AccessToken> usable) {
        return new Acceptance(true, usable, token -> false, token -> false, () -> true);
    }

    Acceptance passingOverIf(BooleanSupplier may) {
        return new Acceptance(isPicky, inMemory, stored, since, may);
    }

    /**
     * Whether the end of another caller's refresh will do. That caller may have accepted a stored token that this does not,
     * and it may have been too early or refused a place where this is not.
     */
    boolean acceptsShared(Landing landing, boolean isNew) {
        return switch (landing) {
            case Landing.Arrived arrived
            when arrived.minted().source() == Source.CACHE ->
                accepts(arrived.minted().token(), isNew);
            case Landing.Missed(Unavailable why) -> why.outage() != Outage.CROWDED;
            case Landing.TooEarly _ -> false;
            case Landing.Arrived _, Landing.Missed _, Landing.Busy _, Landing.StoreAway _ -> true;
        };
    }

    boolean accepts(AccessToken token, boolean isNew) {
        return (isNew ? since : stored).test(token);
    }
}
