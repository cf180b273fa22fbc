package io.tokenbroker.mint;

import io.tokenbroker.grant.Lease;
import io.tokenbroker.grant.Look;
import io.tokenbroker.grant.Look.Mark;
import io.tokenbroker.mint.RefreshAttempt.Result;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.RefreshOutcome;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
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
            case Refused refused -> refused(wanted, refused);
            case Unavailable away -> {
                lease.release();
                yield attempt.missed(wanted, away);
            }
        };
    }

    /** A spent token's successor is kept even if the identity is wrong: it is the only one that the grant has. */
    private Result kept(Wanted wanted, Refreshed refreshed) {
        var token = AccessToken.of(refreshed, askedAt);
        var passes = IdentityCheck.passes(wanted.provider(), wanted.remembered().link(), refreshed.idToken());
        if (!passes && wanted.provider().rotation() == Rotation.REUSABLE) {
            throw IdentityCheck.refusal(wanted.provider());
        }
        var mayBeShared = passes && !wanted.mayBeChallenged();
        var next = refreshed.refreshToken();
        var rotated = next.filter(newer -> !newer.equals(lease.refreshToken())).isPresent();
        var shared = Optional.of(token.shared()).filter(ours -> mayBeShared);
        return switch (lease.keep(next, wanted.scopes(), shared)) {
            case KEPT -> attempt.handedOut(seenAtNext(wanted), token, refreshed, rotated);
            case SUPERSEDED -> new Result.LookAgain(attempt.withLinkReadAgain(wanted));
            case UNSTORED ->
                wanted.provider().rotation() == Rotation.REUSABLE
                        ? attempt.handedOut(wanted, token, refreshed, rotated)
                        : new Result.Ended(new Landing.StoreAway());
        };
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
            case RESOURCE, ANSWER -> {
                lease.release();
                yield attempt.missed(wanted, refused);
            }
        };
    }

    /** A person may have signed in meanwhile; and Entra refuses personal accounts now and then without a reason. */
    private Result refusedAsAWhole(Wanted wanted, Refused refused) {
        var now = attempt.withLinkReadAgain(wanted);
        if (now.remembered().epoch() != wanted.remembered().epoch()) {
            lease.release();
            return new Result.LookAgain(now);
        }
        if (isDoubtful(now, refused)) {
            isConfirmed = true;
            return settled(
                    now,
                    attempt.sent(now, () -> Optional.of(attempt.onceMore(lease)))
                            .orElse(refused));
        }
        if (refused.refusal() == Refusal.REAUTHORIZATION_REQUIRED) {
            return marked(now, refused);
        }
        lease.release();
        return attempt.missed(now, refused);
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

    private boolean isDoubtful(Wanted wanted, Refused refused) {
        return refused.unexplained()
                && !isConfirmed
                && wanted.provider().rotation() == Rotation.REUSABLE
                && row.mark().isEmpty();
    }
}
