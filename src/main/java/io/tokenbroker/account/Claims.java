package io.tokenbroker.account;

import io.tokenbroker.account.Claim.Held;
import io.tokenbroker.account.Claim.NoRoom;
import io.tokenbroker.account.Claim.Taken;
import io.tokenbroker.fusionauth.LinkDeletion;
import io.tokenbroker.fusionauth.LinkRecords;
import io.tokenbroker.fusionauth.LinkWrite;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Claims on accounts, which need no common lock: FusionAuth creates a record only where there is none, so of several
 * brokers one gets the shadow. Only who holds it deletes it. A holder stops after {@link #HELD_FOR}; after {@link #STALE}
 * it is taken for dead, and one other may take its shadow over: the one who gets the shadow of that shadow.
 *
 * <p>Ages are told by this broker's clock, and before a foreign shadow is taken over by FusionAuth's: the mark made for
 * it says what time it is there.
 */
@ApplicationScoped
class Claims {

    static final Duration STALE = Duration.ofMinutes(1);
    static final Duration HELD_FOR = Duration.ofSeconds(30);

    /** A rotation is over sooner. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private final LinkRecords links;
    private final Clock clock;
    private final String holder;

    private final Unheard unheard = new Unheard();

    @Inject
    Claims(LinkRecords links, Clock clock) {
        this(links, clock, UUID.randomUUID().toString());
    }

    /** @param holder what this broker calls itself */
    Claims(LinkRecords links, Clock clock, String holder) {
        this.links = links;
        this.clock = clock;
        this.holder = holder;
    }

    String holder() {
        return holder;
    }

    /** Tries to get the account by this shadow. */
    Claim claim(Shadow wanted) {
        var since = clock.instant();
        var write = links.create(wanted.link());
        if (!write.isOver() && wanted.standsFor().isPresent()) {
            unheard.await(wanted, whenOver());
        }
        if (write instanceof LinkWrite.Written(var written)
                && wanted.isSameAs(new Shadow(written))
                && unheard.abandonedUntil(new Shadow(written)).isEmpty()) {
            return held(new Shadow(written), null, since);
        }
        // FusionAuth may refuse what it has written before, and answer 200 to what it has not.
        var there =
                links.find(wanted.link().providerId(), wanted.link().identity()).map(Shadow::new);
        if (there.isPresent()) {
            return wanted.isSameAs(there.get()) && isOwn(there.get())
                    ? held(there.get(), null, there.get().since())
                    : new Taken(there.get());
        }
        // Whoever finds no room removes the link first: never for a refusal that may mean anything else.
        if (write instanceof LinkWrite.Refused refused && refused.says("[LinkCountExceeded]")) {
            return new NoRoom();
        }
        throw busy();
    }

    /**
     * Whether this shadow was left by this broker, or by one that must have stopped.
     *
     * @throws BrokerException if this broker knows that it must be left alone for longer
     */
    boolean isLeft(Shadow shadow) {
        unheard.abandonedUntil(shadow).ifPresent(this::requireReached);
        return isOwn(shadow) || age(shadow).compareTo(STALE) >= 0;
    }

    /** Gets what {@link #isLeft} says may be got. */
    Claim takeOver(Shadow left) {
        if (isOwn(left)) {
            return held(left, null, left.since());
        }
        var since = clock.instant();
        return switch (markOf(left)) {
            case Held mark -> {
                var still = links.find(left.link().providerId(), left.link().identity())
                        .map(Shadow::new)
                        .filter(left::isSameAs)
                        .filter(now -> isStale(now, mark.shadow().since()));
                if (still.isPresent()) {
                    yield held(still.get(), mark, since);
                }
                release(mark);
                yield new Taken(left);
            }
            case Taken taken -> new Taken(left);
            // Nobody else can mark it either: docs/rotation.md says what that leaves open.
            case NoRoom full -> held(left, null, since);
        };
    }

    private Claim markOf(Shadow left) {
        var mark = claim(Shadow.claiming(left.link(), holder));
        return mark instanceof Taken(var by) && isLeft(by) ? takeOver(by) : mark;
    }

    /**
     * Ends a claim, and says what became of the shadow; in doubt others will find it stale. One that was held for too long
     * is left to them: by now the shadow may be theirs.
     */
    LinkDeletion release(Held held) {
        if (clock.instant().isAfter(held.until())) {
            return new LinkDeletion.InDoubt(true);
        }
        var deletion = deleted(held.shadow());
        if (deletion instanceof LinkDeletion.InDoubt(var over) && !over) {
            abandon(held);
        } else {
            held.mark().ifPresent(this::release);
        }
        return deletion;
    }

    private LinkDeletion deleted(Shadow shadow) {
        try {
            return links.delete(shadow.link());
        } catch (BrokerException notDone) {
            return new LinkDeletion.InDoubt(true);
        }
    }

    /** The claim without the mark by which it was taken over, and that took a place. */
    Held unmarked(Held held) {
        held.mark().ifPresent(this::release);
        return new Held(held.shadow(), Optional.empty(), held.until());
    }

    /**
     * Gives a claim up without ending it: nobody, this broker included, touches the account before it is stale. Where there
     * was no room for a mark only this broker knows.
     */
    void abandon(Held held) {
        unheard.abandon(held.shadow(), held.until().minus(HELD_FOR).plus(STALE));
        held.mark().ifPresent(this::abandon);
    }

    /** @throws BrokerException if the claim has been held for too long to go on */
    void requireTime(Held held) {
        if (clock.instant().isAfter(held.until())) {
            throw busy();
        }
    }

    /** @throws BrokerException while a shadow may appear that would bring the account back if it were unlinked now */
    void requireNoneAwaited(AccountId id) {
        unheard.awaitedUntil(id).ifPresent(this::requireReached);
    }

    /** When a call that was made just now, and whose answer was lost, must be over. */
    Instant whenOver() {
        return clock.instant().plus(STALE);
    }

    /** @throws BrokerException before that instant, which was {@link #STALE} away at most: else the clock was set back */
    void requireReached(Instant instant) {
        var left = Duration.between(clock.instant(), instant);
        if (left.isPositive() && left.compareTo(STALE) <= 0) {
            throw busy(left);
        }
    }

    static BrokerException busy() {
        return busy(SOON);
    }

    /** @param left for how long at least */
    static BrokerException busy(Duration left) {
        return new BrokerException(
                        ProblemType.FUSIONAUTH_UNAVAILABLE,
                        "The account's link is being written, or an earlier writing has not ended. Nothing is lost; try again soon.")
                .withRetryAfter(Duration.ofSeconds(left.plusMillis(999).toSeconds()));
    }

    private Held held(Shadow shadow, @Nullable Held mark, Instant since) {
        return new Held(shadow, Optional.ofNullable(mark), since.plus(HELD_FOR));
    }

    private boolean isOwn(Shadow shadow) {
        return shadow.isHeldBy(holder)
                && unheard.abandonedUntil(shadow).isEmpty()
                && age(shadow).abs().compareTo(HELD_FOR) < 0;
    }

    private static boolean isStale(Shadow shadow, Instant now) {
        return Duration.between(shadow.since(), now).compareTo(STALE) >= 0;
    }

    private Duration age(Shadow shadow) {
        return Duration.between(shadow.since(), clock.instant());
    }
}
