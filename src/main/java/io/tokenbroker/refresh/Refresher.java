package io.tokenbroker.refresh;

import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.Grants;
import io.tokenbroker.problem.BrokerException.Upstream;
import io.tokenbroker.refresh.Acceptance.RefreshResult;
import io.tokenbroker.refresh.LeaseWaits.GrantTurns;
import io.tokenbroker.refresh.RecentOutcomes.UnknownGrants;
import io.tokenbroker.refresh.RefreshAttempt.Result;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.time.Time.Window;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Gets a new access token: looks at the account's row, then takes what another replica has stored, waits for what is on
 * its way, or refreshes under a lease. Looks again after any change. Blocks.
 */
@ApplicationScoped
class Refresher {

    /** A marked account is held back for so long, then one mint tries it again. */
    private static final Duration MARK_HOLDS = Duration.ofMinutes(15);

    private static final Duration MARK_HOLDS_IF_FORCED = Duration.ofMinutes(1);
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Grants grants;
    private final RefreshAttempt attempt;
    private final TokenCache cache;
    private final LeaseWaits waits;
    private final GrantTurns turns;
    private final UnknownGrants unknown;
    private final UnderWay underWay;
    private final Clock clock;

    Refresher(
            Grants grants,
            RefreshAttempt attempt,
            TokenCache cache,
            LeaseWaits waits,
            GrantTurns turns,
            UnknownGrants unknown,
            UnderWay underWay,
            Clock clock) {
        this.grants = grants;
        this.attempt = attempt;
        this.cache = cache;
        this.waits = waits;
        this.turns = turns;
        this.unknown = unknown;
        this.underWay = underWay;
        this.clock = clock;
    }

    /**
     * @param acceptance of an access token that the store shares
     * @param forced whether the caller knows better than a mark that is a minute old
     * @throws io.tokenbroker.problem.BrokerException if the account is gone, another user's or without refresh token, or
     *     FusionAuth cannot be asked
     */
    RefreshResult refresh(TokenSpec spec, Acceptance acceptance, boolean forced) {
        try (var _ = underWay.begin();
                var wait = waits.begin(spec.provider().rotation());
                var turn = turns.of(spec.grant())) {
            return new Walk(spec, acceptance, forced, wait, turn).toTheEnd();
        }
    }

    /** One refresh, from the first look to its end. */
    private final class Walk {

        private final Acceptance acceptance;
        private final boolean forced;
        private final LeaseWaits.Wait wait;
        private final GrantTurns.Turn turn;
        private TokenSpec spec;
        private boolean linkIsReadAgain;
        private boolean linkIsNewer;
        private boolean hasLooked;
        private Optional<Secret> atFirst = Optional.empty();
        private Duration leaseLeft = SOON;

        Walk(TokenSpec spec, Acceptance acceptance, boolean forced, LeaseWaits.Wait wait, GrantTurns.Turn turn) {
            this.spec = spec;
            this.acceptance = acceptance;
            this.forced = forced;
            this.wait = wait;
            this.turn = turn;
        }

        RefreshResult toTheEnd() {
            var result = step();
            while (result.isEmpty()) {
                if (!goesOn()) {
                    return new RefreshResult.Busy(leaseLeft.isPositive() ? leaseLeft : SOON);
                }
                result = step();
            }
            return result.get();
        }

        /** A newer link is used at once: after a pause the person may have signed in once more. */
        private boolean goesOn() {
            var atOnce = linkIsNewer;
            linkIsNewer = false;
            return atOnce ? wait.left().isPositive() : wait.pause();
        }

        /** Empty: look again, after a pause unless the link is newer. */
        private Optional<RefreshResult> step() {
            if (underWay.isStopping()) {
                return Optional.of(new RefreshResult.Busy(SOON));
            }
            var link = spec.remembered().link();
            return switch (grants.look(link, spec.scopes())) {
                case Look.Away _ -> unlessTooEarly(Optional.empty(), () -> attempt.withoutStore(spec));
                case Look.Foreign(var version) -> startOver(version);
                case Look.Counting row -> counting(row);
            };
        }

        /** The row was read first, then the link is: so the newer of two sign-ins wins. */
        private Optional<RefreshResult> startOver(long version) {
            var isFirst = !linkIsReadAgain;
            if (!isFirst && spec.remembered().link().token().isEmpty()) {
                throw RefusalProblems.noRefreshToken(spec.account());
            }
            var before = spec.remembered().epoch();
            spec = attempt.withLinkReadAgain(spec);
            linkIsReadAgain = true;
            linkIsNewer = isFirst || spec.remembered().epoch() != before;
            var hasBegun = grants.startOver(spec.remembered().link(), version);
            if (hasBegun && version == 0) {
                unknown.note(spec.remembered().link());
            }
            return Optional.empty();
        }

        private Optional<RefreshResult> counting(Look.Counting row) {
            var shared = row.token().map(AccessToken::of);
            var value = shared.map(AccessToken::value);
            atFirst = hasLooked ? atFirst : value;
            hasLooked = true;
            var isNew = !value.equals(atFirst);
            if (shared.filter(token -> acceptance.accepts(token, isNew)).isPresent()) {
                return orGoOn(attempt.found(spec, row.version(), shared.get()));
            }
            shared.filter(token -> !acceptance.isPicky())
                    .ifPresent(token -> attempt.remember(spec, row.version(), token));
            var refused = row.mark().filter(this::holds).map(Walk::refused);
            if (refused.isPresent()) {
                return refused;
            }
            if (!turn.take()) {
                return turn.await(wait.left()) ? step() : Optional.of(new RefreshResult.Busy(SOON));
            }
            leaseLeft = grants.busyFor(row, spec.provider().rotation());
            return leaseLeft.isPositive()
                    ? Optional.empty()
                    : unlessTooEarly(shared, () -> LeasedAttempt.of(attempt, spec, row));
        }

        private Optional<RefreshResult> unlessTooEarly(Optional<AccessToken> shared, Supplier<Result> refresh) {
            return cache.passesOver(spec, shared) && !acceptance.mayPassOver().getAsBoolean()
                    ? Optional.of(new RefreshResult.TooEarly())
                    : orGoOn(refresh.get());
        }

        private Optional<RefreshResult> orGoOn(Result result) {
            return switch (result) {
                case Result.Ended(var ended) -> Optional.of(ended);
                case Result.LookAgain(var now) -> {
                    spec = now;
                    yield Optional.empty();
                }
            };
        }

        private boolean holds(Look.Mark mark) {
            var length = forced ? MARK_HOLDS_IF_FORCED : MARK_HOLDS;
            return Window.of(mark.since(), length).contains(clock.instant());
        }

        private static RefreshResult refused(Look.Mark mark) {
            return new RefreshResult.Missed(new Refused(
                    Refusal.REAUTHORIZATION_REQUIRED, mark.reason(), false, Optional.empty(), Upstream.error(null)));
        }
    }
}
