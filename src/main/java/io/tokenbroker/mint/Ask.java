package io.tokenbroker.mint;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks.Remembered;
import io.tokenbroker.policy.PolicyQuery;
import io.tokenbroker.refresh.Acceptance;
import io.tokenbroker.time.Window;
import io.tokenbroker.token.AccessToken;
import io.tokenbroker.token.Target;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
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

    /** Whether the client says that a token which looks good is not. */
    boolean isForced() {
        return request.isForced() || rejected.isPresent();
    }

    /** As far as the policy can judge it before the target is known. */
    PolicyQuery query() {
        return PolicyQuery.ofAccount(account.providerId(), client.user());
    }

    PolicyQuery query(Target target) {
        return new PolicyQuery(account.providerId(), client.user(), target.resource(), target.scopes());
    }

    /** The user who must own the account, if the client names one. */
    Optional<UUID> owner() {
        return Optional.<String>ofNullable(request.userId()).map(Ask::userId).or(client::user);
    }

    private static UUID userId(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException notAnId) {
            throw Accounts.notFound();
        }
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
        Predicate<AccessToken> usable = token -> token.usableAt(clock.instant(), request.validity());
        var good = rejected.map(one -> usable.and(one.negate())).orElse(usable);
        if (request.claims() != null) {
            return request.isForced() ? Acceptance.NONE : Acceptance.inMemoryOnly(good.and(isRecent(clock)));
        }
        if (request.isForced()) {
            return Acceptance.ofNew(usable);
        }
        return rejected.isPresent() ? Acceptance.picky(good) : Acceptance.of(good);
    }

    /** Claims that were answered within the interval have their answer. */
    private Predicate<AccessToken> isRecent(Clock clock) {
        var interval = client.policy().forced().interval();
        return token -> Window.of(token.issuedAt(), interval).contains(clock.instant());
    }
}
