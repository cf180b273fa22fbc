package io.tokenbroker.account;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The links as last read, so that a mint need not ask FusionAuth each time. A link has an epoch, which changes when
 * FusionAuth holds something that this broker did not put there: another owner, another token, a later sign-in. What
 * was minted under an older epoch is not handed out any more.
 */
@Singleton
public class RememberedLinks {

    private final StoredLinks stored;
    private final Clock clock;
    private final Duration recheckAfter;
    private final Flights<Optional<Remembered>> readings = new Flights<>();
    private final AtomicLong epochs = new AtomicLong();
    private final AtomicLong moments = new AtomicLong();

    /**
     * The moment of the latest news of each link, for as long as anybody reads it: a reading counts as of its beginning,
     * and must not land on what was learnt since. Written by whoever holds the link's entry in {@link #links}.
     */
    private final LoadingCache<AccountId, AtomicLong> latest =
            Caffeine.newBuilder().weakValues().build(id -> new AtomicLong());

    private final Cache<AccountId, Remembered> links = Caffeine.newBuilder()
            .maximumSize(200_000)
            // A wake-up of another thread costs more than its work.
            .executor(Runnable::run)
            .build();

    @Inject
    RememberedLinks(StoredLinks stored, BrokerSettings settings, Clock clock) {
        this(stored, settings.accounts().recheckAfter(), clock);
    }

    RememberedLinks(StoredLinks stored, Duration recheckAfter, Clock clock) {
        this.stored = stored;
        this.clock = clock;
        this.recheckAfter = recheckAfter;
    }

    /** The link if it was read lately enough. Never blocks. */
    public Optional<Remembered> fresh(AccountId id) {
        return Optional.ofNullable(links.getIfPresent(id)).filter(this::isFresh);
    }

    /** A clock that was set back must not make a link good for longer. */
    private boolean isFresh(Remembered link) {
        var age = Duration.between(link.readAt(), clock.instant());
        return !age.isNegative() && age.compareTo(recheckAfter) < 0;
    }

    /** The link, read again by one of those who ask if it was not lately enough; empty if there is none. May block. */
    public Optional<Remembered> current(AccountId id) {
        return fresh(id)
                .or(() -> readings.share(
                        new Reading(id, latest.get(id).get()),
                        // Another reading may have landed since this caller looked.
                        () -> fresh(id).or(() -> read(id))));
    }

    /**
     * The link as it stands in FusionAuth now. Blocks.
     *
     * @throws BrokerException if FusionAuth cannot be asked
     */
    public Optional<Remembered> read(AccountId id) {
        var news = latest.get(id);
        var began = moments.incrementAndGet();
        var readAt = clock.instant();
        var found = stored.find(id);
        var landed = links.asMap().compute(id, (same, before) -> {
            if (news.get() > began) {
                return before;
            }
            news.set(began);
            return found.map(link -> new Remembered(link, epochOf(link, before), readAt))
                    .orElse(null);
        });
        // Nothing is known, but not because of this reading: what happened meanwhile needs a new one.
        var overtaken = landed == null && news.get() > began;
        return overtaken ? read(id) : Optional.ofNullable(landed);
    }

    /** Takes note of a link that was just read or written on somebody else's behalf. */
    public Remembered observe(Link link) {
        var now = clock.instant();
        return learn(link, before -> new Remembered(link, epochOf(link, before), now));
    }

    /** Takes note of a link whose token this broker replaced: what was minted before stays good. */
    void observeRotated(Link link) {
        var now = clock.instant();
        learn(link, before -> new Remembered(link, before == null ? epochs.incrementAndGet() : before.epoch(), now));
    }

    /** The link is gone or about to go: no reading that has begun already brings it back. */
    public void forget(AccountId id) {
        links.asMap().compute(id, (same, before) -> {
            overtakeReadings(id);
            return null;
        });
    }

    private Remembered learn(Link link, Function<@Nullable Remembered, Remembered> remembered) {
        return links.asMap().compute(AccountId.of(link), (id, before) -> {
            overtakeReadings(id);
            return remembered.apply(before);
        });
    }

    private void overtakeReadings(AccountId id) {
        Optional.ofNullable(latest.getIfPresent(id)).ifPresent(news -> news.set(moments.incrementAndGet()));
    }

    private long epochOf(Link link, @Nullable Remembered before) {
        return before != null && isSameGrant(before.link(), link) ? before.epoch() : epochs.incrementAndGet();
    }

    private static boolean isSameGrant(Link before, Link now) {
        return before.userId().equals(now.userId())
                && before.token().equals(now.token())
                && before.lastLoginAt().equals(now.lastLoginAt());
    }

    /** @param readAt when FusionAuth was asked; the answer is at least as new */
    public record Remembered(Link link, long epoch, Instant readAt) {}

    /** @param latest what the readers know: whoever comes after news of the link does not join a reading from before */
    private record Reading(AccountId id, long latest) {}
}
