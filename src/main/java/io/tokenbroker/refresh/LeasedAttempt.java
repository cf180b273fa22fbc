package io.tokenbroker.refresh;

import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.GrantStore.Look.Mark;
import io.tokenbroker.grant.Lease;
import io.tokenbroker.refresh.Acceptance.RefreshResult;
import io.tokenbroker.refresh.RefreshAttempt.Result;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import io.tokenbroker.tenant.RefreshGrants.Permission;
import io.tokenbroker.tenant.RefreshOutcome;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import io.tokenbroker.tenant.RefreshOutcome.Unusable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** What comes of a refresh token that was sent, or was to be: keeps, marks or releases. Ends its lease unless it throws. */
final class LeasedAttempt {

    private final RefreshAttempt attempt;
    private final Lease lease;
    private final Look.Counting row;
    private final Instant askedAt;
    private boolean isConfirmed;

    private LeasedAttempt(RefreshAttempt attempt, Lease lease, Look.Counting row, Instant askedAt) {
        this.attempt = attempt;
        this.lease = lease;
        this.row = row;
        this.askedAt = askedAt;
    }

    /** Refreshes under a lease on the row as it was seen. */
    static Result of(RefreshAttempt attempt, TokenSpec spec, Look.Counting row) {
        var turn = new Turn(attempt, spec, row.version());
        var askedAt = attempt.now();
        try {
            var outcome = attempt.sent(spec, turn);
            if (turn.storeIsAway) {
                return attempt.withoutStore(spec);
            }
            if (outcome.isEmpty()) {
                return new Result.LookAgain(spec);
            }
            return turn.lease
                    .map(lease -> new LeasedAttempt(attempt, lease, row, askedAt).settled(spec, outcome.get()))
                    .orElseGet(() -> attempt.heldBack(spec, outcome.get()));
        } catch (RuntimeException e) {
            turn.lease.ifPresent(Lease::release);
            throw e;
        }
    }

    private Result settled(TokenSpec spec, RefreshOutcome outcome) {
        return switch (outcome) {
            case Refreshed refreshed -> kept(spec, refreshed);
            case Unusable(var next, var why) -> missedKeeping(spec, Optional.of(next), why);
            case Refused refused -> refused(spec, refused);
            case Unavailable away -> released(spec, away);
        };
    }

    /** A spent token's successor is kept even if the identity is wrong: it is the only one that the grant has. */
    private Result kept(TokenSpec spec, Refreshed refreshed) {
        var token = AccessToken.of(refreshed, askedAt, spec.provider());
        if (isReusable(spec)) {
            IdentityCheck.require(spec, refreshed);
        }
        var mayBeShared = IdentityCheck.flaw(spec, refreshed).isEmpty() && !spec.mayBeChallenged();
        var next = refreshed.refreshToken();
        var rotated = next.filter(newer -> !newer.equals(lease.refreshToken())).isPresent();
        var shared = Optional.of(token.shared()).filter(ours -> mayBeShared);
        return switch (lease.keep(next, spec.scopes(), shared)) {
            case KEPT -> attempt.handedOut(seenAtNext(spec), token, refreshed, rotated);
            case SUPERSEDED -> new Result.LookAgain(attempt.withLinkReadAgain(spec));
            case UNSTORED ->
                isReusable(spec)
                        ? attempt.handedOut(spec, token, refreshed, rotated)
                        : new Result.Ended(new RefreshResult.StoreAway());
        };
    }

    /** No access token, but perhaps the only refresh token that the grant has. */
    private Result missedKeeping(TokenSpec spec, Optional<Secret> next, Refused why) {
        return switch (lease.keep(next, spec.scopes(), Optional.empty())) {
            case KEPT -> attempt.missed(seenAtNext(spec), why);
            case SUPERSEDED -> new Result.LookAgain(attempt.withLinkReadAgain(spec));
            case UNSTORED ->
                isReusable(spec) ? attempt.missed(spec, why) : new Result.Ended(new RefreshResult.StoreAway());
        };
    }

    private Result released(TokenSpec spec, RefreshOutcome outcome) {
        lease.release();
        return attempt.missed(spec, outcome);
    }

    private Result refused(TokenSpec spec, Refused refused) {
        return switch (refused.refusal().breadth()) {
            case ACCOUNT -> refusedAsAWhole(spec, refused);
            case PROVIDER -> {
                lease.release();
                yield attempt.mended(spec)
                        .<Result>map(Result.LookAgain::new)
                        .orElseGet(() -> attempt.refusedAsClient(spec, refused));
            }
            case RESOURCE, ANSWER -> released(spec, refused);
        };
    }

    /** A person may have signed in meanwhile; and a refusal without a reason may be one of these scopes alone. */
    private Result refusedAsAWhole(TokenSpec spec, Refused refused) {
        var now = attempt.withLinkReadAgain(spec);
        if (now.remembered().epoch() != spec.remembered().epoch()) {
            lease.release();
            return new Result.LookAgain(now);
        }
        if (isDoubtful(now, refused)) {
            isConfirmed = true;
            return confirmed(now, refused);
        }
        return refused.refusal() == Refusal.REAUTHORIZATION_REQUIRED ? marked(now, refused) : released(now, refused);
    }

    /** Asks for what every grant is good for. If the token works for that, consent to these scopes is missing. */
    private Result confirmed(TokenSpec spec, Refused refused) {
        if (spec.target().scopes().isEmpty()) {
            return settled(spec, asked(spec, refused));
        }
        return switch (onceMore(spec.forSignIn()).orElse(refused)) {
            case Refreshed works
            when IdentityCheck.flaw(spec, works).isEmpty() -> worksForOthers(spec, works.refreshToken(), refused);
            case Refreshed anothers -> kept(spec.forSignIn(), anothers);
            case Unusable(var next, var _) -> missedKeeping(spec, Optional.of(next), refused.asMissingConsent());
            // The fallback scope was refused, not the grant.
            case Refused other when other.refusal().isOfRequest() -> settled(spec, asked(spec, refused));
            case RefreshOutcome other -> settled(spec, other);
        };
    }

    private Result worksForOthers(TokenSpec spec, Optional<Secret> next, Refused refused) {
        return switch (asked(spec, refused)) {
            case Refreshed works -> kept(spec, works);
            case Refused other when other.refusal() != refused.refusal() -> settled(spec, other);
            case Refused same -> missedKeeping(spec, next, same.asMissingConsent());
            case RefreshOutcome _ -> missedKeeping(spec, next, refused.asMissingConsent());
        };
    }

    /** Personal accounts of Entra are refused now and then for a moment, which one more try tells from missing consent. */
    private RefreshOutcome asked(TokenSpec spec, Refused before) {
        return isReusable(spec) ? onceMore(spec).orElse(before) : before;
    }

    private Optional<RefreshOutcome> onceMore(TokenSpec spec) {
        return attempt.sent(spec, () -> Optional.of(attempt.onceMore(lease)));
    }

    private Result marked(TokenSpec spec, Refused refused) {
        return switch (lease.mark(new Mark(refused.reason(), askedAt))) {
            case KEPT -> attempt.missed(seenAtNext(spec), refused);
            // Another attempt has the row by now: what this one heard may be old.
            case SUPERSEDED -> new Result.Ended(new RefreshResult.Busy(Duration.ofSeconds(1)));
            case UNSTORED -> new Result.Ended(new RefreshResult.StoreAway());
        };
    }

    private TokenSpec seenAtNext(TokenSpec spec) {
        return attempt.seenAt(spec, lease.version(), lease.version() + 1);
    }

    /** Whether to ask again for less. A refused token can be sent again without losing it. */
    private boolean isDoubtful(TokenSpec spec, Refused refused) {
        return refused.unexplained()
                && !isConfirmed
                && row.mark().isEmpty()
                && (isReusable(spec) || !spec.target().scopes().isEmpty());
    }

    private static boolean isReusable(TokenSpec spec) {
        return spec.provider().rotation() == Rotation.REUSABLE;
    }

    /** Takes the lease when the tenant has a place. */
    private static final class Turn implements Supplier<Optional<Permission>> {

        private final RefreshAttempt attempt;
        private final TokenSpec spec;
        private final long version;
        private Optional<Lease> lease = Optional.empty();
        private boolean storeIsAway;

        Turn(RefreshAttempt attempt, TokenSpec spec, long version) {
            this.attempt = attempt;
            this.spec = spec;
            this.version = version;
        }

        @Override
        public Optional<Permission> get() {
            try {
                lease = attempt.lease(spec, version);
            } catch (StoreUnavailable e) {
                storeIsAway = true;
            }
            return lease.map(held -> new Permission(held.refreshToken(), held::maySend, held::leavesTimeFor));
        }
    }
}
