package io.tokenbroker.complete;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.Accounts.AccountLocks;
import io.tokenbroker.account.TrialMint;
import io.tokenbroker.account.Unlinking;
import io.tokenbroker.audit.Origin;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.complete.AuthorizationStates.CompleteRequest;
import io.tokenbroker.fusionauth.CompleteApi;
import io.tokenbroker.fusionauth.CompleteApi.Completion;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.start.AuthorizationState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/** Takes the callback's parameters and lets FusionAuth complete. Blocks. */
@ApplicationScoped
class CompleteService {

    private final AuthorizationStates states;
    private final ConsentCompletion consent;
    private final CompleteApi fusionAuth;
    private final LoginLinks loginLinks;
    private final PendingLinks pendingLinks;
    private final Accounts accounts;
    private final Unlinking unlinking;
    private final AccountLocks locks;
    private final Clock clock;

    CompleteService(
            AuthorizationStates states,
            ConsentCompletion consent,
            CompleteApi fusionAuth,
            LoginLinks loginLinks,
            PendingLinks pendingLinks,
            Accounts accounts,
            Unlinking unlinking,
            AccountLocks locks,
            Clock clock) {
        this.states = states;
        this.consent = consent;
        this.fusionAuth = fusionAuth;
        this.loginLinks = loginLinks;
        this.pendingLinks = pendingLinks;
        this.accounts = accounts;
        this.unlinking = unlinking;
        this.locks = locks;
        this.clock = clock;
    }

    Completed complete(Caller.User user, CompleteRequest request, Origin origin) {
        var state = states.open(user, request);
        if (request.error() != null) {
            throw LinkingProblems.declined(request.error());
        }
        if (state.asksConsentOnly()) {
            return consent.complete(state);
        }
        var code = Secret.of(Objects.requireNonNull(request.code()));
        // One at a time for a user and provider: the link that a login used is found by what has changed.
        return locks.exclusively(user.id(), state.providerId(), () -> complete(state, code, origin))
                .get();
    }

    /** Returns the step that runs after the lock is released, since it may take another user's. */
    private Supplier<Completed> complete(AuthorizationState state, Secret code, Origin origin) {
        var attempt = new Attempt(state, loginLinks.of(state), origin);
        var askedAt = clock.instant();
        var completion = redeem(state, code);
        if (completion instanceof Completion.LoggedIn(var userId) && !userId.equals(state.userId())) {
            return () -> linkedElsewhere(attempt, userId, askedAt);
        }
        var completed = completed(attempt, completion);
        return () -> completed;
    }

    private Completed linkedElsewhere(Attempt attempt, UUID userId, Instant askedAt) {
        loginLinks.takeBackNew(attempt.state.providerId(), userId, askedAt, attempt.origin);
        throw LinkingProblems.linkedElsewhere();
    }

    private Completed completed(Attempt attempt, Completion completion) {
        return switch (completion) {
            case Completion.LoggedIn _ -> loggedIn(attempt);
            case Completion.Interrupted(var why) -> found(attempt, () -> LinkingProblems.interrupted(why));
            case Completion.Pending(var id) -> pendingLinks.seal(attempt.state, id);
            case Completion.Refused(var refusal) -> throw LinkingProblems.of(refusal);
            case Completion.InDoubt(var timedOut) -> inDoubt(attempt, timedOut);
        };
    }

    /** The code goes out once. Only if FusionAuth was not reached at all may the caller send it again. */
    private Completion redeem(AuthorizationState state, Secret code) {
        states.use(state);
        try {
            return fusionAuth.complete(
                    state.userId(),
                    state.providerId(),
                    code,
                    state.redirectUri(),
                    Optional.ofNullable(state.codeVerifier()).map(Secret::of));
        } catch (BrokerException e) {
            states.giveBack(state);
            throw e;
        }
    }

    private Completed loggedIn(Attempt attempt) {
        return found(
                attempt,
                () -> new BrokerException(
                        ProblemType.UPSTREAM_ERROR,
                        "FusionAuth completed the sign-in, but none of the user's links shows it. List the accounts, and start again if it is missing."));
    }

    private Completed found(Attempt attempt, Supplier<BrokerException> otherwise) {
        return loginLinks
                .find(attempt.state, attempt.before)
                .map(link -> linked(attempt, link))
                .orElseThrow(otherwise);
    }

    private Completed inDoubt(Attempt attempt, boolean timedOut) {
        // A new account may have been linked at another broker in the same moment: that is no sign of this sign-in.
        return loginLinks
                .find(attempt.state, attempt.before)
                .filter(link -> attempt.wants(link) || !attempt.hasMade(link))
                .map(link -> linked(attempt, link))
                .orElseThrow(
                        () -> timedOut
                                ? new BrokerException(
                                        ProblemType.UPSTREAM_TIMEOUT,
                                        "FusionAuth did not answer in time and the code may be spent. Start again; nothing that was linked is lost.")
                                : new BrokerException(
                                        ProblemType.UPSTREAM_ERROR,
                                        "FusionAuth, or something between it and the broker, failed while the sign-in was completed, and the code may be spent. Start again; nothing that was linked is lost."));
    }

    /** To authorize an account again takes the same identity; what another one has just got is taken back. */
    private Completed linked(Attempt attempt, Link link) {
        if (attempt.wants(link)) {
            return Completed.Linked.of(accounts.authorized(link), attempt.hasMade(link));
        }
        throw attempt.hasMade(link) && !unlinking.undo(link, attempt.origin)
                ? LinkingProblems.mismatchLeft()
                : LinkingProblems.mismatch();
    }

    /**
     * One sign-in that is completed.
     *
     * @param before the user's links at the provider until then
     */
    private record Attempt(AuthorizationState state, List<Link> before, Origin origin) {

        boolean hasMade(Link link) {
            return before.stream().noneMatch(known -> known.identity().equals(link.identity()));
        }

        boolean wants(Link link) {
            return state.accountId() == null
                    || state.accountId().equals(AccountId.of(link).toString());
        }
    }

    /**
     * Completes a consent. Its code is dropped, so who consented remains unknown; what counts is whether the tenant now gives
     * a token for the account's own refresh token. The link does not change. Blocks.
     */
    @ApplicationScoped
    static class ConsentCompletion {

        /** After these nothing was decided, and since no code is spent the same callback can be sent again. */
        private static final Set<ProblemType> UNDECIDED = Set.of(
                ProblemType.RATE_LIMITED,
                ProblemType.PROVIDER_UNAVAILABLE,
                ProblemType.FUSIONAUTH_UNAVAILABLE,
                ProblemType.STORE_UNAVAILABLE,
                ProblemType.UPSTREAM_TIMEOUT);

        private final AuthorizationStates states;
        private final Accounts accounts;
        private final TrialMint mint;

        ConsentCompletion(AuthorizationStates states, Accounts accounts, TrialMint mint) {
            this.states = states;
            this.accounts = accounts;
            this.mint = mint;
        }

        Completed complete(AuthorizationState state) {
            var id = state.account().orElseThrow(Accounts::notFound);
            states.use(state);
            try {
                mint.attempt(accounts.require(state.userId(), id), state.consentTo());
                return Completed.Linked.of(accounts.get(state.userId(), id), false);
            } catch (BrokerException e) {
                if (UNDECIDED.contains(e.type())) {
                    states.giveBack(state);
                }
                throw e;
            }
        }
    }
}
