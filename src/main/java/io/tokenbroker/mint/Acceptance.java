package io.tokenbroker.mint;

import io.tokenbroker.mint.Minted.Source;
import java.util.function.Predicate;

/**
 * Whether an access token that the store shares will do instead of a refresh.
 *
 * @param isPicky whether one that others take may not do
 * @param ofStored tells a token, stored before this caller began, that will do
 * @param ofNew the same of one that was stored since
 */
record Acceptance(boolean isPicky, Predicate<AccessToken> ofStored, Predicate<AccessToken> ofNew) {

    /** The tenant has to be asked. */
    static final Acceptance NONE = new Acceptance(true, token -> false, token -> false);

    /** Any that passes. */
    static Acceptance of(Predicate<AccessToken> usable) {
        return new Acceptance(false, usable, usable);
    }

    /** Only what comes from now on: the caller knows better than what is stored. */
    static Acceptance ofNew(Predicate<AccessToken> usable) {
        return new Acceptance(true, token -> false, usable);
    }

    /** Any that passes, where others may take more. */
    static Acceptance picky(Predicate<AccessToken> usable) {
        return new Acceptance(true, usable, usable);
    }

    /** Whether the end of another caller's refresh will do: that caller may have accepted a stored token that this does not. */
    boolean acceptsShared(Landing landing, boolean isNew) {
        return !(landing instanceof Landing.Arrived arrived
                && arrived.minted().source() == Source.CACHE
                && !accepts(arrived.minted().token(), isNew));
    }

    boolean accepts(AccessToken token, boolean isNew) {
        return (isNew ? ofNew : ofStored).test(token);
    }
}
