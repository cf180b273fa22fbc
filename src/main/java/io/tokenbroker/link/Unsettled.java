package io.tokenbroker.link;

import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.time.Time.Window;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * Users and accounts that FusionAuth is changing. It may tell of a change before others can read it, so what is read
 * meanwhile may be the old state, and counts for a moment only.
 */
@Singleton
class Unsettled {

    private static final Logger LOG = Logger.getLogger(Unsettled.class);

    /** What FusionAuth may take from the first webhook of a change to the end of its transaction. */
    private static final Duration LONGEST_TRANSACTION = Duration.ofSeconds(30);

    /** So each link in use is read once a second meanwhile, however often it is minted for. */
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    /** About 10 MB. Of more at a time the memory is dropped once, and then good for the usual time again. */
    private static final int MOST = 50_000;

    private final Clock clock;
    private final Duration recheckAfter;
    private final AtomicLong changes = new AtomicLong();
    private final AtomicReference<Instant> tidied = new AtomicReference<>(Instant.EPOCH);

    /** By user, or by account. */
    final ConcurrentMap<Object, Change> known = new ConcurrentHashMap<>();

    Unsettled(BrokerSettings settings, Clock clock) {
        this.recheckAfter = settings.accounts().recheckAfter();
        this.clock = clock;
    }

    /** FusionAuth is changing this user, or this account. */
    void note(Object changing) {
        var now = clock.instant();
        tidyNowAndThen(now);
        var change = new Change(changes.incrementAndGet(), Window.of(now, LONGEST_TRANSACTION));
        if (known.size() < MOST || known.containsKey(changing)) {
            known.put(changing, change);
        }
    }

    /** How many have been noted. */
    long changes() {
        return changes.get();
    }

    boolean hasChangedSince(long count, UUID user) {
        var change = known.get(user);
        return change != null && change.number > count;
    }

    boolean has(AccountId id) {
        return known.containsKey(id);
    }

    /** Whether all that is remembered is as good as it seems. */
    boolean isEmpty() {
        return known.isEmpty();
    }

    boolean trusts(Link link, Instant readAt, Instant now) {
        return trusts((Object) link.userId(), readAt, now) && trusts((Object) AccountId.of(link), readAt, now);
    }

    /** Whether what was read of this user or account then still counts, as far as changes go. */
    boolean trusts(Object of, Instant readAt, Instant now) {
        var change = known.get(of);
        return change == null || change.leaves(readAt, now);
    }

    private void tidyNowAndThen(Instant now) {
        var last = tidied.get();
        if (Window.of(last, A_MOMENT).contains(now) || !tidied.compareAndSet(last, now)) {
            return;
        }
        // What was read in the window is too old by then.
        known.values()
                .removeIf(change -> !Window.of(change.window.from(), LONGEST_TRANSACTION.plus(recheckAfter))
                        .contains(now));
        if (known.size() >= MOST) {
            LOG.warnf(
                    "FusionAuth has told of changes to more than %d users and accounts at a time: of the others, what is read before their change is through counts for broker.accounts.recheck-after",
                    MOST);
        }
    }

    /** @param number counts the changes, for no clock orders them for certain */
    record Change(long number, Window window) {

        private boolean leaves(Instant readAt, Instant now) {
            // A clock that was set back to before the change: then the memory of before it is gone, which is enough.
            return now.isBefore(window.from())
                    || !readAt.isBefore(window.until())
                    || (!readAt.isBefore(window.from())
                            && Window.of(readAt, A_MOMENT).contains(now));
        }
    }
}
