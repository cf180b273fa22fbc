package io.tokenbroker.link;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.link.Remembered.GrantVersions;
import io.tokenbroker.link.Remembered.Missed;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.CacheBudget;
import io.tokenbroker.settings.CacheBudget.Share;
import io.tokenbroker.time.Time.Window;
import io.tokenbroker.upstream.Bulkhead.CurrentCaller;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The links as last read, so that a mint need not ask FusionAuth. A link's epoch changes with its owner, its age, its token
 * and its last sign-in; tokens of an older epoch are not handed out.
 */
@Singleton
public class RememberedLinks {

    private static final Duration MISSED_FOR = Duration.ofSeconds(5);

    private final LinkApi fusionAuth;
    private final LinkOwners owners;
    private final Unsettled unsettled;
    private final GrantVersions versions;
    private final Clock clock;
    private final Duration recheckAfter;
    private final Duration missedFor;
    private final SingleFlight<Optional<Remembered>> readings = new SingleFlight<>();
    private final AtomicLong epochs = new AtomicLong();
    private final AtomicLong moments = new AtomicLong();

    /**
     * Moment of the latest change of each link while a read is under way: a read that started before it is discarded.
     * Written while the link's entry in {@link #links} is held.
     */
    private final LoadingCache<AccountId, AtomicLong> latest =
            Caffeine.newBuilder().weakValues().build(id -> new AtomicLong());

    /** What was not found a moment ago: who keeps asking for it does not keep FusionAuth busy. */
    final Cache<Miss, Missed> misses;

    private final Cache<AccountId, Remembered> links;

    RememberedLinks(
            LinkApi fusionAuth,
            LinkOwners owners,
            Unsettled unsettled,
            GrantVersions versions,
            CacheBudget memory,
            BrokerSettings settings,
            Clock clock) {
        this.fusionAuth = fusionAuth;
        this.owners = owners;
        this.unsettled = unsettled;
        this.versions = versions;
        this.clock = clock;
        this.recheckAfter = settings.accounts().recheckAfter();
        this.links = memory.cache(
                Share.LINKS, Caffeine.newBuilder(), (id, known) -> known.link().bytes());
        this.misses = memory.cache(
                Share.MISSED_LINKS,
                Caffeine.newBuilder(),
                (miss, at) -> miss.id().bytes());
        this.missedFor = recheckAfter.compareTo(MISSED_FOR) < 0 ? recheckAfter : MISSED_FOR;
    }

    /** The link if it was read lately enough. Never blocks. */
    public Optional<Remembered> fresh(AccountId id) {
        return Optional.ofNullable(links.getIfPresent(id)).filter(this::isFresh);
    }

    /** Whether the link was read lately enough; a clock that was set back must not make it good for longer. */
    public boolean isFresh(Remembered link) {
        var now = clock.instant();
        var age = Duration.between(link.readAt(), now);
        return !age.isNegative()
                && age.compareTo(recheckAfter) < 0
                && (unsettled.isEmpty() || unsettled.trusts(link.link(), link.readAt(), now));
    }

    /** The link; if it is too old, one of the callers reads it again. Empty if there is none. May block. */
    public Optional<Remembered> current(AccountId id) {
        return current(id, Optional.empty());
    }

    /**
     * The same for a caller that means an account of this user. One of another user takes the reads of one that is not
     * there, whatever is remembered of it: the time that it takes must not tell the two apart.
     */
    public Optional<Remembered> current(AccountId id, Optional<UUID> owner) {
        return fresh(id)
                .filter(link -> isOf(owner, link.link()))
                .or(() -> readings.share(
                        new Reading(id, owner, latest.get(id).get(), CurrentCaller.name()),
                        // Another reading may have landed since this caller looked.
                        () -> fresh(id)
                                .filter(link -> isOf(owner, link.link()))
                                .or(() -> readUnlessMissed(id, owner))));
    }

    private Optional<Remembered> readUnlessMissed(AccountId id, Optional<UUID> owner) {
        var missed = misses.getIfPresent(new Miss(id, owner));
        return missed != null && missed.stands(clock.instant()) ? Optional.empty() : read(id, owner);
    }

    /**
     * The link as it stands in FusionAuth now. Blocks.
     *
     * @throws io.tokenbroker.problem.BrokerException if FusionAuth cannot be asked
     */
    public Optional<Remembered> read(AccountId id) {
        return read(id, Optional.empty());
    }

    private Optional<Remembered> read(AccountId id, Optional<UUID> owner) {
        var news = latest.get(id);
        var lastNews = news.get();
        var changes = unsettled.changes();
        var began = moments.incrementAndGet();
        var readAt = clock.instant();
        var link = fusionAuth.find(id.providerId(), id.identity());
        if (link.filter(other -> !isOf(owner, other)).isPresent()) {
            misses.put(new Miss(id, owner), new Missed(Window.of(readAt, missedFor), news, lastNews));
            return Optional.empty();
        }
        var found = link.map(known -> withOwner(id, known, readAt));
        var landed = links.asMap().compute(id, (same, before) -> {
            if (news.get() > began) {
                return before;
            }
            news.set(began);
            return found.map(read -> read.after(before, epochs)).orElse(null);
        });
        // An unlink or a change came while this was read, so the link has to be read again.
        var overtaken = landed == null
                ? news.get() > began
                : unsettled.hasChangedSince(changes, landed.link().userId());
        if (landed == null && !overtaken) {
            misses.put(new Miss(id, owner), new Missed(Window.of(readAt, missedFor), news, began));
        }
        return overtaken ? read(id, owner) : Optional.ofNullable(landed);
    }

    private Remembered withOwner(AccountId id, Link link, Instant readAt) {
        // A link that counts for a moment counts from the older of both reads.
        var owner = owners.of(link.userId(), unsettled.has(id) ? readAt : Instant.MIN);
        var oldest = owner.at().isBefore(readAt) ? owner.at() : readAt;
        return new Remembered(link, owner.isActive(), 0, oldest, versions.version(id), 0);
    }

    private static boolean isOf(Optional<UUID> owner, Link link) {
        return owner.isEmpty() || owner.get().equals(link.userId());
    }

    /** The link is gone, about to go, or signed in to: no reading that has begun brings back what was known. */
    public void forget(AccountId id) {
        links.asMap().compute(id, (same, before) -> {
            Optional.ofNullable(latest.getIfPresent(id)).ifPresent(news -> news.set(moments.incrementAndGet()));
            return null;
        });
    }

    /** The same of an account that FusionAuth is changing, or has changed: for a while it is remembered for a moment only. */
    public void unsettle(AccountId id) {
        unsettled.note(id);
        forget(id);
    }

    /** The same of a user and all accounts of the user. Goes through everything. */
    public void unsettle(UUID user) {
        unsettled.note(user);
        owners.forget(user);
        links.asMap().forEach((id, known) -> {
            if (known.link().userId().equals(user)) {
                forget(id);
            }
        });
    }

    /**
     * Takes note that this broker has seen the row at one version and left it at another: no reason to look at it again.
     * Returns what is remembered then.
     */
    public Optional<Remembered> noteVersion(AccountId id, long from, long to) {
        return Optional.ofNullable(links.asMap().computeIfPresent(id, (same, known) -> known.changedHere(from, to)));
    }

    /**
     * @param latest what the readers know: a caller after a change of the link does not join a reading from before
     * @param caller that asks. Callers do not share a read, because the bulkhead may refuse one and not the other
     */
    private record Reading(AccountId id, Optional<UUID> owner, long latest, String caller) {}

    record Miss(AccountId id, Optional<UUID> owner) {}
}
