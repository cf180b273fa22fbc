package io.tokenbroker.refresh;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.settings.CacheBudget;
import io.tokenbroker.settings.CacheBudget.Share;
import io.tokenbroker.tenant.RefreshOutcome.NoToken;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * What a tenant refused a moment ago, so that a caller who keeps asking does not keep the tenant busy. A refusal concerns
 * the whole account or one resource of it, and ends with a new authorization.
 */
@Singleton
public class RecentOutcomes {

    /** A forced refresh gets past what concerns the whole account only this often. */
    private static final Duration INSISTING = Duration.ofMinutes(1);

    /** Without the store a refusal is no news of the account: the store may know a newer refresh token. */
    private static final Duration WITHOUT_STORE = Duration.ofSeconds(30);

    /** Shorter than the Retry-After sent during an outage. */
    private static final Duration A_MOMENT = Duration.ofSeconds(5);

    /** Perhaps of this account only: a caller who keeps asking must not seem to be all of the tenant's callers. */
    private static final Set<Outage> OF_ONE_ACCOUNT = EnumSet.of(Outage.FAILING, Outage.BROKEN_OFF, Outage.TIMED_OUT);

    private final Clock clock;
    private final Cache<Key, Held> held;

    RecentOutcomes(CacheBudget memory, Clock clock) {
        this.clock = clock;
        this.held = memory.cache(
                Share.REFUSALS,
                Caffeine.newBuilder().expireAfterWrite(Duration.ofHours(2)),
                (key, outcome) -> key.bytes() + outcome.bytes());
    }

    /** What is still the answer to this; {@code forced} gets past what concerns the resource alone. */
    Optional<NoToken> current(TokenSpec spec, boolean forced) {
        var now = clock.instant();
        return Stream.of(Key.ofAccount(spec), Key.of(spec))
                .map(held::getIfPresent)
                .filter(found -> found != null && found.covers(now, forced))
                .map(found -> found.at(now))
                .findFirst();
    }

    /** Keeps an outcome for as long as it tells how the same would end again. */
    void note(TokenSpec spec, NoToken outcome) {
        switch (outcome) {
            case Refused refused -> {
                switch (refused.refusal().breadth()) {
                    case ACCOUNT -> hold(Key.ofAccount(spec), refused, aMinuteOrTwo(), INSISTING);
                    case RESOURCE -> hold(Key.of(spec), refused, aMinuteOrTwo(), Duration.ZERO);
                    case PROVIDER, ANSWER -> {}
                }
            }
            case Unavailable away
            when away.outage() == Outage.ASKED_TOO_OFTEN -> {
                var lifetime = away.retryAfter().orElseGet(RecentOutcomes::aMinuteOrTwo);
                hold(Key.of(spec), away, lifetime, lifetime);
            }
            // An outage that comes with a Retry-After is the whole tenant's, and kept with the tenant.
            case Unavailable away
            when OF_ONE_ACCOUNT.contains(away.outage()) && away.retryAfter().isEmpty() ->
                hold(Key.of(spec), away, A_MOMENT, Duration.ZERO);
            case Unavailable _ -> {}
        }
    }

    /** Forgets what was refused for this alone: the person may have mended that. */
    public void forget(TokenSpec spec) {
        held.invalidate(Key.of(spec));
    }

    /** Remembers that the link's own token, the only one known without the store, was refused. */
    void noteRefusedWithoutStore(TokenSpec spec, Refused refused) {
        hold(Key.ofLinkAlone(spec), refused, WITHOUT_STORE, WITHOUT_STORE);
    }

    boolean isRefusedWithoutStore(TokenSpec spec) {
        return Optional.ofNullable(held.getIfPresent(Key.ofLinkAlone(spec)))
                .filter(found -> found.covers(clock.instant(), true))
                .isPresent();
    }

    /** Forgets what was refused: it works. */
    void noteWorking(TokenSpec spec) {
        held.invalidateAll(List.of(Key.ofAccount(spec), Key.of(spec)));
    }

    /** Forgets all that was refused to an account. Goes through everything: for what a person does, not a program. */
    public void forget(AccountId account) {
        held.asMap().keySet().removeIf(key -> key.account().equals(account));
    }

    private void hold(Key key, NoToken outcome, Duration lifetime, Duration evenIfForced) {
        var now = clock.instant();
        held.put(key, new Held(outcome, now, now.plus(lifetime), now.plus(evenIfForced)));
    }

    private static Duration aMinuteOrTwo() {
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(60_000, 120_000));
    }

    /**
     * @param changes of the account's row by others, which may have ended what refused the whole account
     * @param spec what was refused; empty for the whole account
     */
    private record Key(AccountId account, long epoch, long changes, Optional<TokenSpec.Key> spec) {

        private static final long NO_ROW = -1;

        static Key ofLinkAlone(TokenSpec spec) {
            return new Key(spec.account(), spec.remembered().epoch(), NO_ROW, Optional.empty());
        }

        static Key ofAccount(TokenSpec spec) {
            var remembered = spec.remembered();
            return new Key(spec.account(), remembered.epoch(), remembered.changes(), Optional.empty());
        }

        static Key of(TokenSpec spec) {
            return new Key(spec.account(), spec.remembered().epoch(), 0, Optional.of(spec.key()));
        }

        private int bytes() {
            return 300
                    + 2 * account.identity().length()
                    + spec.map(TokenSpec.Key::bytes).orElse(0);
        }
    }

    private record Held(NoToken outcome, Instant since, Instant until, Instant untilIfForced) {

        private int bytes() {
            var claims = outcome instanceof Refused refused ? refused.claims() : Optional.<String>empty();
            return 500 + 2 * claims.map(String::length).orElse(0);
        }

        /** A clock that was set back must not prolong it. */
        boolean covers(Instant now, boolean forced) {
            return !now.isBefore(since) && now.isBefore(forced ? untilIfForced : until);
        }

        NoToken at(Instant now) {
            return switch (outcome) {
                case Refused refused -> refused;
                case Unavailable why -> why.forAnother(Duration.between(now, until));
            };
        }
    }

    /**
     * Counts accounts with an old sign-in of which the store knows nothing, as after a store was lost: the link's own token is
     * near its end (Entra: 90 days), and then only a person can help.
     */
    @Singleton
    public static class UnknownGrants {

        private static final Logger LOG = Logger.getLogger(UnknownGrants.class);
        private static final Duration OLD = Duration.ofDays(60);

        private final Clock clock;
        private final Counter counter;
        private final AtomicLong count = new AtomicLong();

        public UnknownGrants(MeterRegistry metrics, Clock clock) {
            this.clock = clock;
            this.counter = Counter.builder("broker.store.unknown.grants")
                    .description("Accounts with a sign-in older than 60 days of which the store knew nothing.")
                    .register(metrics);
        }

        /** Counts a link if its sign-in is old. Call it when the link's row has just been begun. */
        public void note(Link link) {
            if (link.lastAuthorizedAt()
                    .filter(then -> then.isBefore(clock.instant().minus(OLD)))
                    .isEmpty()) {
                return;
            }
            counter.increment();
            if (count.incrementAndGet() == 1) {
                LOG.warn(
                        "The store knows nothing of an account whose sign-in is older than 60 days. Was a store lost? Readiness counts them");
            }
        }

        /** How many since the start. */
        public long count() {
            return count.get();
        }
    }
}
