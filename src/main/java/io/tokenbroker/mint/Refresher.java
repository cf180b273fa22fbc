package io.tokenbroker.mint;

import io.quarkus.runtime.ShutdownEvent;
import io.tokenbroker.grant.Grants;
import io.tokenbroker.grant.Look;
import io.tokenbroker.mint.RefreshAttempt.Result;
import io.tokenbroker.problem.Upstream;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.time.Window;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Gets a new access token: looks at the account's row, takes the token that another replica has stored, waits for one that
 * is on its way, or attempts a refresh under a lease. Looks again whenever something has changed meanwhile. Blocks.
 */
@ApplicationScoped
class Refresher {

    private static final Logger LOG = Logger.getLogger(Refresher.class);

    /** A marked account is held back for so long, then one mint tries it again. */
    private static final Duration MARK_HOLDS = Duration.ofMinutes(15);

    private static final Duration MARK_HOLDS_IF_INSISTED = Duration.ofMinutes(1);
    private static final Duration SOON = Duration.ofSeconds(1);

    /** From a look at the row: the tenant's queue, two sends, and an attempt to store twice, each as slow as can be. */
    private static final Duration LONGEST_STEP = Duration.ofSeconds(75);

    private final Grants grants;
    private final RefreshAttempt attempt;
    private final TokenCache cache;
    private final LeaseWaits waits;
    private final GrantTurns turns;
    private final UnknownGrants unknown;
    private final Clock clock;

    /** The refreshes under way, and one party more until the broker stops. */
    private final Phaser underWay = new Phaser(1);

    private volatile boolean isStopping;

    Refresher(
            Grants grants,
            RefreshAttempt attempt,
            TokenCache cache,
            LeaseWaits waits,
            GrantTurns turns,
            UnknownGrants unknown,
            Clock clock) {
        this.grants = grants;
        this.attempt = attempt;
        this.cache = cache;
        this.waits = waits;
        this.turns = turns;
        this.unknown = unknown;
        this.clock = clock;
    }

    /**
     * @param acceptance of an access token that the store shares
     * @param insisting whether the caller knows better than a mark that is a minute old
     * @throws io.tokenbroker.problem.BrokerException if the account is gone, another user's or without refresh token, or
     *     FusionAuth cannot be asked
     */
    Landing refresh(Wanted wanted, Acceptance acceptance, boolean insisting) {
        underWay.register();
        try (var wait = waits.begin(wanted.provider().rotation());
                var turn = turns.of(wanted.grant())) {
            return new Walk(wanted, acceptance, insisting, wait, turn).toTheEnd();
        } finally {
            underWay.arriveAndDeregister();
        }
    }

    /** Some refreshes are no part of a request, and what they spend must be stored: after keep-alive, before the rest. */
    void finish(@Observes @Priority(3_000) ShutdownEvent stopping) throws InterruptedException {
        isStopping = true;
        var phase = underWay.arriveAndDeregister();
        if (underWay.getUnarrivedParties() > 0) {
            LOG.info("The broker stops when the refreshes that have begun are through");
        }
        try {
            underWay.awaitAdvanceInterruptibly(phase, LONGEST_STEP.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.error(
                    "Refreshes are still under way; the broker stops without them"); // thrown, it would end the stop's
            // next steps
        }
    }

    /** One refresh, from the first look to its end. */
    private final class Walk {

        private final Acceptance acceptance;
        private final boolean insisting;
        private final LeaseWaits.Wait wait;
        private final GrantTurns.Turn turn;
        private Wanted wanted;
        private boolean linkIsReadAgain;
        private boolean hasLooked;
        private Optional<Secret> atFirst = Optional.empty();
        private Duration leaseLeft = SOON;

        Walk(Wanted wanted, Acceptance acceptance, boolean insisting, LeaseWaits.Wait wait, GrantTurns.Turn turn) {
            this.wanted = wanted;
            this.acceptance = acceptance;
            this.insisting = insisting;
            this.wait = wait;
            this.turn = turn;
        }

        Landing toTheEnd() {
            var landing = step();
            while (landing.isEmpty()) {
                if (!wait.pause()) {
                    return new Landing.Busy(leaseLeft.isPositive() ? leaseLeft : SOON);
                }
                landing = step();
            }
            return landing.get();
        }

        /** Empty: look again after a pause. */
        private Optional<Landing> step() {
            if (isStopping) {
                return Optional.of(new Landing.Busy(SOON));
            }
            var link = wanted.remembered().link();
            return switch (grants.look(link, wanted.scopes())) {
                case Look.Away _ -> unlessTooEarly(Optional.empty(), () -> attempt.withoutStore(wanted));
                case Look.Foreign(var version) -> startOver(version);
                case Look.Counting row -> counting(row);
            };
        }

        /** The row was read first, then the link is: so the newer of two sign-ins wins. */
        private Optional<Landing> startOver(long version) {
            var isFirst = !linkIsReadAgain;
            if (!isFirst && wanted.remembered().link().token().isEmpty()) {
                throw Answers.noRefreshToken(wanted.account());
            }
            wanted = attempt.withLinkReadAgain(wanted);
            linkIsReadAgain = true;
            var hasBegun = grants.startOver(wanted.remembered().link(), version);
            if (hasBegun && version == 0) {
                unknown.note(wanted.remembered().link());
            }
            return isFirst ? step() : Optional.empty();
        }

        private Optional<Landing> counting(Look.Counting row) {
            var shared = row.token().map(AccessToken::of);
            var value = shared.map(AccessToken::value);
            atFirst = hasLooked ? atFirst : value;
            hasLooked = true;
            var isNew = !value.equals(atFirst);
            if (shared.filter(token -> acceptance.accepts(token, isNew)).isPresent()) {
                return orGoOn(attempt.found(wanted, row.version(), shared.get()));
            }
            shared.filter(token -> !acceptance.isPicky())
                    .ifPresent(token -> attempt.remember(wanted, row.version(), token));
            var refused = row.mark().filter(this::holds).map(Walk::refused);
            if (refused.isPresent()) {
                return refused;
            }
            if (!turn.take()) {
                return turn.await(wait.left()) ? step() : Optional.of(new Landing.Busy(SOON));
            }
            leaseLeft = grants.busyFor(row, wanted.provider().rotation());
            return leaseLeft.isPositive()
                    ? Optional.empty()
                    : unlessTooEarly(shared, () -> attempt.underLease(wanted, row));
        }

        private Optional<Landing> unlessTooEarly(Optional<AccessToken> shared, Supplier<Result> refresh) {
            return cache.passesOver(wanted, shared) && !acceptance.mayPassOver().getAsBoolean()
                    ? Optional.of(new Landing.TooEarly())
                    : orGoOn(refresh.get());
        }

        private Optional<Landing> orGoOn(Result result) {
            return switch (result) {
                case Result.Ended(var landing) -> Optional.of(landing);
                case Result.LookAgain(var now) -> {
                    wanted = now;
                    yield Optional.empty();
                }
            };
        }

        private boolean holds(Look.Mark mark) {
            var length = insisting ? MARK_HOLDS_IF_INSISTED : MARK_HOLDS;
            return Window.of(mark.since(), length).contains(clock.instant());
        }

        private static Landing refused(Look.Mark mark) {
            return new Landing.Missed(new Refused(
                    Refusal.REAUTHORIZATION_REQUIRED, mark.reason(), false, Optional.empty(), Upstream.error(null)));
        }
    }
}
