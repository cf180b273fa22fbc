package io.tokenbroker.account;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
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
    private final AtomicLong epochs = new AtomicLong();
    private final Cache<AccountId, Remembered> links = Caffeine.newBuilder()
            .maximumSize(200_000)
            // A wake-up of another thread costs more than its work.
            .executor(Runnable::run)
            .expireAfterAccess(Duration.ofHours(2))
            .build();

    RememberedLinks(StoredLinks stored, BrokerSettings settings, Clock clock) {
        this.stored = stored;
        this.clock = clock;
        this.recheckAfter = settings.accounts().recheckAfter();
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

    /** The link, read again if it was not lately enough; empty if there is none. May block. */
    public Optional<Remembered> current(AccountId id) {
        return fresh(id).or(() -> read(id));
    }

    /**
     * The link as it stands in FusionAuth now. Blocks.
     *
     * @throws BrokerException if FusionAuth cannot be asked
     */
    public Optional<Remembered> read(AccountId id) {
        var readAt = clock.instant();
        var link = stored.find(id);
        if (link.isEmpty()) {
            forget(id);
            return Optional.empty();
        }
        return Optional.of(observe(link.get(), readAt));
    }

    /** Takes note of a link that was just read or written on somebody else's behalf. */
    public Remembered observe(Link link) {
        return observe(link, clock.instant());
    }

    /** Takes note of a link whose token this broker replaced: what was minted before stays good. */
    void observeRotated(Link link) {
        links.asMap()
                .compute(
                        AccountId.of(link),
                        (id, before) -> new Remembered(
                                link, before == null ? epochs.incrementAndGet() : before.epoch(), clock.instant()));
    }

    public void forget(AccountId id) {
        links.invalidate(id);
    }

    private Remembered observe(Link link, Instant readAt) {
        return links.asMap()
                .compute(AccountId.of(link), (id, before) -> new Remembered(link, epochOf(link, before), readAt));
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
}
