package io.tokenbroker.mint;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks.Remembered;
import io.tokenbroker.policy.PolicyQuery;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a client asks for, whichever front door it came through.
 *
 * @param rejected tells a token that its resource did not accept: neither cache nor store gives such a one
 */
record Ask(Caller.Client client, AccountId account, MintRequest request, Optional<Predicate<AccessToken>> rejected) {

    /** @param id as the caller wrote it; what is no account's id is not found */
    static Ask of(Caller.Client client, String id, MintRequest request, Optional<Predicate<AccessToken>> rejected) {
        return new Ask(client, AccountId.parse(id).orElseThrow(Accounts::notFound), request, rejected);
    }

    /** As far as the policy can judge it before the target is known. */
    PolicyQuery query() {
        return PolicyQuery.ofAccount(account.providerId(), client.user());
    }

    PolicyQuery query(Target target) {
        return new PolicyQuery(account.providerId(), client.user(), target.resource(), target.scopes());
    }

    /** The link, unless it is another user's than the caller means, or its owner may not use it. */
    Remembered owned(Remembered link) {
        var owner = link.link().userId();
        if ((request.userId() != null && !request.userId().equalsIgnoreCase(owner.toString()))
                || (client.user().isPresent() && !client.user().get().equals(owner))) {
            throw Accounts.notFound();
        }
        return Accounts.requireActive(link);
    }

    /** Which of the tokens that are there already will do. */
    Acceptance acceptance(Clock clock) {
        if (request.claims() != null) {
            return Acceptance.NONE;
        }
        Predicate<AccessToken> usable = token -> token.usableAt(clock.instant(), request.validity());
        return request.isForced()
                ? Acceptance.ofNew(usable)
                : rejected.map(one -> Acceptance.picky(usable.and(one.negate())))
                        .orElseGet(() -> Acceptance.of(usable));
    }
}
