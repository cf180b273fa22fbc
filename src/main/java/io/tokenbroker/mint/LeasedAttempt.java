package io.tokenbroker.mint;

import io.tokenbroker.grant.Lease;
import io.tokenbroker.grant.Look;
import io.tokenbroker.grant.Look.Mark;
import io.tokenbroker.mint.RefreshAttempt.Result;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.RefreshOutcome;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import io.tokenbroker.tenant.RefreshOutcome.Unusable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What comes of a refresh token that was sent, or was to be: keeps, marks or releases. Ends its lease unless it throws. */
final class LeasedAttempt {

    private final RefreshAttempt attempt;
    private final Lease lease;
    private final Look.Counting row;
    private final Instant askedAt;
    private boolean isConfirmed;

    LeasedAttempt(RefreshAttempt attempt, Lease lease, Look.Counting row, Instant askedAt) {
        this.attempt = attempt;
        this.lease = lease;
        this.row = row;
        this.askedAt = askedAt;
    }

    Result settled(Wanted wanted, RefreshOutcome outcome) {
        return switch (outcome) {
            case Refreshed refreshed -> kept(wanted, refreshed);
            case Unusable(var next, var why) -> missedKeeping(wanted, Optional.of(next), why);
            case Refused refused -> refused(wanted, refused);
            case Unavailable away -> released(wanted, away);
        };
    }

    /** A spent token's successor is kept even if the identity is wrong: it is the only one that the grant has. */
    private Result kept(Wanted wanted, Refreshed refreshed) {
        var token = AccessToken.of(refreshed, askedAt, wanted.provider());
        if (isReusable(wanted)) {
            IdentityCheck.require(wanted, refreshed);
        }
        var mayBeShared = IdentityCheck.flaw(wanted, refreshed).isEmpty() && !wanted.mayBeChallenged();
        var next = refreshed.refreshToken();
        var rotated = next.filter(newer -> !newer.equals(lease.refreshToken())).isPresent();
        var shared = Optional.of(token.shared()).filter(ours -> mayBeShared);
        return switch (lease.keep(next, wanted.scopes(), shared)) {
            case KEPT -> attempt.handedOut(seenAtNext(wanted), token, refreshed, rotated);
            case SUPERSEDED -> new Result.LookAgain(attempt.withLinkReadAgain(wanted));
            case UNSTORED ->
                isReusable(wanted)
                        ? attempt.handedOut(wanted, token, refreshed, rotated)
                        : new Result.Ended(new Landing.StoreAway());
        };
    }

    /** No access token, but perhaps the only refresh token that the grant has. */
    private Result missedKeeping(Wanted wanted, Optional<Secret> next, Refused why) {
        return switch (lease.keep(next, wanted.scopes(), Optional.empty())) {
            case KEPT -> attempt.missed(seenAtNext(wanted), why);
            case SUPERSEDED -> new Result.LookAgain(attempt.withLinkReadAgain(wanted));
            case UNSTORED ->
                isReusable(wanted) ? attempt.missed(wanted, why) : new Result.Ended(new Landing.StoreAway());
        };
    }

    private Result released(Wanted wanted, RefreshOutcome outcome) {
        lease.release();
        return attempt.missed(wanted, outcome);
    }

    private Result refused(Wanted wanted, Refused refused) {
        return switch (refused.refusal().breadth()) {
            case ACCOUNT -> refusedAsAWhole(wanted, refused);
            case PROVIDER -> {
                lease.release();
                yield attempt.mended(wanted)
                        .<Result>map(Result.LookAgain::new)
                        .orElseGet(() -> attempt.missed(wanted, refused));
            }
            case RESOURCE, ANSWER -> released(wanted, refused);
        };
    }

    /** A person may have signed in meanwhile; and a refusal without a reason may be one of these scopes alone. */
    private Result refusedAsAWhole(Wanted wanted, Refused refused) {
        var now = attempt.withLinkReadAgain(wanted);
        if (now.remembered().epoch() != wanted.remembered().epoch()) {
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
    private Result confirmed(Wanted wanted, Refused refused) {
        if (wanted.target().scopes().isEmpty()) {
            return settled(wanted, asked(wanted, refused));
        }
        return switch (onceMore(wanted.forSignIn()).orElse(refused)) {
            case Refreshed works
            when IdentityCheck.flaw(wanted, works).isEmpty() -> worksForOthers(wanted, works.refreshToken(), refused);
            case Refreshed anothers -> kept(wanted.forSignIn(), anothers);
            case Unusable(var next, var _) -> missedKeeping(wanted, Optional.of(next), refused.asMissingConsent());
            // It was this question that did not suit.
            case Refused other when other.refusal().isOfRequest() -> settled(wanted, asked(wanted, refused));
            case RefreshOutcome other -> settled(wanted, other);
        };
    }

    private Result worksForOthers(Wanted wanted, Optional<Secret> next, Refused refused) {
        return switch (asked(wanted, refused)) {
            case Refreshed works -> kept(wanted, works);
            case Refused other when other.refusal() != refused.refusal() -> settled(wanted, other);
            case Refused same -> missedKeeping(wanted, next, same.asMissingConsent());
            case RefreshOutcome _ -> missedKeeping(wanted, next, refused.asMissingConsent());
        };
    }

    /** Personal accounts of Entra are refused now and then for a moment, which one more try tells from missing consent. */
    private RefreshOutcome asked(Wanted wanted, Refused before) {
        return isReusable(wanted) ? onceMore(wanted).orElse(before) : before;
    }

    private Optional<RefreshOutcome> onceMore(Wanted wanted) {
        return attempt.sent(wanted, () -> Optional.of(attempt.onceMore(lease)));
    }

    private Result marked(Wanted wanted, Refused refused) {
        return switch (lease.mark(new Mark(refused.reason(), askedAt))) {
            case KEPT -> attempt.missed(seenAtNext(wanted), refused);
            // Another attempt has the row by now: what this one heard may be old.
            case SUPERSEDED -> new Result.Ended(new Landing.Busy(Duration.ofSeconds(1)));
            case UNSTORED -> new Result.Ended(new Landing.StoreAway());
        };
    }

    private Wanted seenAtNext(Wanted wanted) {
        return attempt.seenAt(wanted, lease.version(), lease.version() + 1);
    }

    /** A token that was refused is none that could be lost by sending it once more. */
    private boolean isDoubtful(Wanted wanted, Refused refused) {
        return refused.unexplained()
                && !isConfirmed
                && row.mark().isEmpty()
                && (isReusable(wanted) || !wanted.target().scopes().isEmpty());
    }

    private static boolean isReusable(Wanted wanted) {
        return wanted.provider().rotation() == Rotation.REUSABLE;
    }
}
