package io.tokenbroker.complete;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.fusionauth.CompleteApi;
import io.tokenbroker.fusionauth.Completion;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.PendingLink;
import io.tokenbroker.fusionauth.PendingLinkApi;
import io.tokenbroker.fusionauth.PendingRead;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.AccountLocks;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Sealer;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.start.AuthorizationState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Takes the callback's parameters and lets FusionAuth complete. Blocks. */
@ApplicationScoped
class CompleteService {

    private final Sealer sealer;
    private final ReturnedStates returnedStates;
    private final UsedStates usedStates;
    private final ConsentLeg consent;
    private final CompleteApi fusionAuth;
    private final PendingLinkApi pendingLinks;
    private final FreshLogin freshLogin;
    private final Accounts accounts;
    private final AccountLocks locks;
    private final BrokerSettings.Authorization settings;
    private final Clock clock;

    CompleteService(
            Sealer sealer,
            ReturnedStates returnedStates,
            UsedStates usedStates,
            ConsentLeg consent,
            CompleteApi fusionAuth,
            PendingLinkApi pendingLinks,
            FreshLogin freshLogin,
            Accounts accounts,
            AccountLocks locks,
            BrokerSettings settings,
            Clock clock) {
        this.sealer = sealer;
        this.returnedStates = returnedStates;
        this.usedStates = usedStates;
        this.consent = consent;
        this.fusionAuth = fusionAuth;
        this.pendingLinks = pendingLinks;
        this.freshLogin = freshLogin;
        this.accounts = accounts;
        this.locks = locks;
        this.settings = settings.authorization();
        this.clock = clock;
    }

    Completed complete(Caller.User user, CompleteRequest request) {
        var state = returnedStates.open(user, request);
        if (request.error() != null) {
            throw Refusals.declined(request.error());
        }
        if (state.asksConsentOnly()) {
            return consent.complete(user, state);
        }
        var code = Secret.of(Objects.requireNonNull(request.code()));
        // One at a time for a user and provider: the link that a login used is found by what has changed.
        return locks.exclusively(user.id(), state.providerId(), () -> complete(user, state, code));
    }

    private Completed complete(Caller.User user, AuthorizationState state, Secret code) {
        var before = freshLogin.links(user.id(), state.providerId());
        return switch (redeem(state, code)) {
            case Completion.LoggedIn(var who) ->
                linked(
                        user,
                        state,
                        before,
                        who.filter(id -> !id.equals(user.id())).isPresent());
            case Completion.Pending(var id) -> pending(user, state, id);
            case Completion.Refused(var refusal) -> throw Refusals.problem(refusal);
            case Completion.InDoubt(var timedOut) -> afterDoubt(user, state, before, timedOut);
        };
    }

    /** The code goes out once. Only if FusionAuth was not reached at all may the caller send it again. */
    private Completion redeem(AuthorizationState state, Secret code) {
        usedStates.use(state);
        try {
            return fusionAuth.complete(
                    state.userId(),
                    state.providerId(),
                    code,
                    state.redirectUri(),
                    Optional.ofNullable(state.codeVerifier()).map(Secret::of));
        } catch (BrokerException notReached) {
            usedStates.giveBack(state);
            throw notReached;
        }
    }

    private Completed linked(Caller.User user, AuthorizationState state, List<Link> before, boolean ofSomebodyElse) {
        if (ofSomebodyElse) {
            throw Refusals.linkedElsewhere();
        }
        return freshLogin
                .find(user.id(), state.providerId(), again(state), before)
                .map(link -> linked(state, before, link))
                .orElseThrow(
                        () -> new BrokerException(
                                ProblemType.UPSTREAM_ERROR,
                                "FusionAuth completed the sign-in, but none of the user's links shows it. List the accounts, and start again if it is missing."));
    }

    private Completed linked(AuthorizationState state, List<Link> before, Link link) {
        requireSameAccount(state, before, link);
        return Completed.Linked.of(accounts.authorized(link));
    }

    private Completed afterDoubt(Caller.User user, AuthorizationState state, List<Link> before, boolean timedOut) {
        // A new account may have been linked at another broker in the same moment: that is no sign of this sign-in.
        return freshLogin
                .find(user.id(), state.providerId(), again(state), before)
                .filter(link -> isWanted(state, link) || !isNew(before, link))
                .map(link -> linked(state, before, link))
                .orElseThrow(
                        () -> timedOut
                                ? new BrokerException(
                                        ProblemType.UPSTREAM_TIMEOUT,
                                        "FusionAuth did not answer in time and the code may be spent. Start again; nothing that was linked is lost.")
                                : new BrokerException(
                                        ProblemType.UPSTREAM_ERROR,
                                        "FusionAuth failed while it completed the sign-in and the code may be spent. Start again; nothing that was linked is lost."));
    }

    private Completed pending(Caller.User user, AuthorizationState state, Secret pendingLinkId) {
        var identity = whoWaits(pendingLinkId, user);
        var pending = new PendingLinkSeal(
                user.id(),
                state.providerId(),
                pendingLinkId.reveal(),
                identity.map(PendingLink::identity).orElse(null),
                state.accountId(),
                clock.instant().plus(settings.stateLifetime()));
        identity.ifPresent(pending::require);
        if (identity.filter(PendingLink::limitReached).isPresent()) {
            throw Refusals.linkLimitReached();
        }
        return new Completed.Pending(
                "pending",
                sealer.seal(PendingLinkSeal.PURPOSE, pending),
                pending.expiresAt(),
                new Completed.PendingIdentity(
                        state.providerId(),
                        identity.map(PendingLink::identity).orElse(null),
                        identity.flatMap(PendingLink::displayName).orElse(null),
                        identity.flatMap(PendingLink::email).orElse(null)));
    }

    /** A person who has signed in should not have to do so again because of a hiccup here: resolve asks again. */
    private Optional<PendingLink> whoWaits(Secret pendingLinkId, Caller.User user) {
        return switch (pendingLinks.find(pendingLinkId, user.id())) {
            case PendingRead.Waiting(var link) -> Optional.of(link);
            case PendingRead.Gone gone -> Optional.empty();
            case PendingRead.NotTold notTold -> Optional.empty();
        };
    }

    /** To authorize an account again takes the same identity; what another one has just got is taken back. */
    private void requireSameAccount(AuthorizationState state, List<Link> before, Link link) {
        if (isWanted(state, link)) {
            return;
        }
        if (isNew(before, link) && !accounts.undo(link)) {
            throw Refusals.mismatchLeft();
        }
        throw Refusals.mismatch();
    }

    private static boolean isNew(List<Link> before, Link link) {
        return before.stream().noneMatch(known -> known.identity().equals(link.identity()));
    }

    private static boolean isWanted(AuthorizationState state, Link link) {
        return state.accountId() == null
                || state.accountId().equals(AccountId.of(link).toString());
    }

    /** The account that is to be authorized again, if this is about one. */
    private static Optional<AccountId> again(AuthorizationState state) {
        return Optional.ofNullable(state.accountId()).flatMap(AccountId::parse);
    }
}
