package io.tokenbroker.mint;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks.Remembered;
import io.tokenbroker.problem.ClaimsRequest;
import io.tokenbroker.provider.Provider;
import java.util.List;
import java.util.Optional;

/** What an authorized caller wants a token of and for. */
record Wanted(Provider provider, Remembered remembered, Target target, Optional<String> claims) {

    private static final String CAPABILITIES = "xms_cc";

    AccountId account() {
        return AccountId.of(remembered.link());
    }

    /** The same, as of another state of the account's link. */
    Wanted as(Remembered now) {
        return new Wanted(provider, now, target, claims);
    }

    /** The same at the provider as it is configured by now. */
    Wanted at(Provider now) {
        return new Wanted(now, remembered, target, claims);
    }

    /** The same account for no more than every grant is good for. */
    Wanted forSignIn() {
        return new Wanted(provider, remembered, Target.SIGN_IN, Optional.empty());
    }

    /**
     * Whether the token may be one of continuous access evaluation, for a client that has said it can be challenged: it
     * lives for a day, and is of no use to others once its resource challenges them.
     */
    boolean mayBeChallenged() {
        return claims.filter(asked -> ClaimsRequest.name(asked, CAPABILITIES)).isPresent();
    }

    Grant grant() {
        return new Grant(account(), remembered.epoch());
    }

    Key key() {
        return new Key(account(), remembered.epoch(), target.scopes(), claims);
    }

    /** The account as the person has last authorized it. */
    record Grant(AccountId account, long epoch) {}

    /** @param epoch of the account's link: after a new authorization nothing of the older one is found */
    record Key(AccountId account, long epoch, List<String> scopes, Optional<String> claims) {}
}
