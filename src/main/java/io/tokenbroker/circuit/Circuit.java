package io.tokenbroker.circuit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The calls to an upstream, which end while it answers nobody, so that nobody waits for what all others have waited for in
 * vain. It is taken to answer nobody after so many failures in a row, of several people: for one alone it may fail although
 * it is well, and that one may keep asking. The next answer ends it. Until then each account that failed is tried again after
 * a rest, and one of all the others: an account for which it always fails takes nobody else's turn.
 *
 * <p>Guarded by this object's monitor, which nobody holds during a call.
 */
public final class Circuit {

    private static final Logger LOG = Logger.getLogger(Circuit.class);

    private static final int FAILURES = 20;
    private static final int PEOPLE = 4;

    /** Everybody who has not failed; they take turns. */
    private static final String THE_OTHERS = "";

    private final String name;
    private final Duration rest;
    private final Clock clock;

    private boolean open;
    private long answers;

    /** Since the last answer, as the two below. */
    private long failures;

    /** Who has failed, no more of them than needed. */
    private final Set<String> people = new HashSet<>();

    /** When each account that failed was tried last, any other account of a person who has failed, and any of the others. */
    private final Cache<String, Instant> tries =
            Caffeine.newBuilder().maximumSize(10_000).build();

    /**
     * @param name of the upstream, for the log
     * @param rest from one try to the next while it answers nobody
     */
    public Circuit(String name, Duration rest, Clock clock) {
        this.name = name;
        this.rest = rest;
        this.clock = clock;
    }

    /**
     * What the call resulted in; empty if it was not made, since the last ones were of no avail. Blocks as the call does.
     *
     * @param account what the upstream may fail for alone
     * @param person whose that is, for several of one person may fail together; may be the same
     * @param failed whether such a result tells of an upstream that does not answer
     */
    public <T> Optional<T> call(String account, String person, Supplier<T> call, Predicate<T> failed) {
        var answersBefore = answers();
        if (!mayCall(account, person)) {
            return Optional.empty();
        }
        var result = call.get();
        if (failed.test(result)) {
            noteFailure(account, person, answersBefore);
        } else {
            noteAnswer();
        }
        return Optional.of(result);
    }

    private synchronized long answers() {
        return answers;
    }

    private synchronized boolean mayCall(String account, String person) {
        return !open || takesTurn(turn(account, person));
    }

    /** Whose turn it would be. */
    private String turn(String account, String person) {
        if (tries.getIfPresent(account) != null) {
            return account;
        }
        return tries.getIfPresent(person) != null ? person : THE_OTHERS;
    }

    private boolean takesTurn(String turn) {
        var now = clock.instant();
        var last = tries.getIfPresent(turn);
        // A clock that was set back must not prolong the rest.
        if (last != null && !now.isBefore(last) && now.isBefore(last.plus(rest))) {
            return false;
        }
        tries.put(turn, now);
        return true;
    }

    private synchronized void noteFailure(String account, String person, long answersBefore) {
        if (answers != answersBefore) {
            return; // Somebody was answered while this one waited.
        }
        failures++;
        if (people.size() < PEOPLE) {
            people.add(person);
        }
        var now = clock.instant();
        tries.put(account, now);
        tries.asMap().putIfAbsent(person, now);
        if (!open && failures >= FAILURES && people.size() >= PEOPLE) {
            open = true;
            tries.put(THE_OTHERS, now);
            LOG.warnf("%s does not answer; it is asked again now and then", name);
        }
    }

    private synchronized void noteAnswer() {
        answers++;
        if (failures > 0) {
            failures = 0;
            people.clear();
            tries.invalidateAll();
        }
        if (open) {
            open = false;
            LOG.infof("%s answers again", name);
        }
    }
}
