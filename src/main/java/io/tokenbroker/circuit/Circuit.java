package io.tokenbroker.circuit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The way to an upstream, which is shut while that answers nobody, so that nobody waits for what all others have waited for in
 * vain. It is taken to answer nobody after so many failures in a row, of several people: for one alone it may fail although
 * it is well, and that one may keep asking. The next answer ends it. Until then each account that failed is tried again after
 * a rest, a few of them at a time, and beside them one of all the others: an account for which it always fails takes nobody
 * else's turn.
 *
 * <p>Guarded by this object's monitor, which nobody holds during a call.
 */
public final class Circuit {

    private static final Logger LOG = Logger.getLogger(Circuit.class);

    private static final int FAILURES = 20;
    private static final int PEOPLE = 4;

    /** Of those who have failed; one of the others finds room beside them. */
    private static final int TRIES_AT_ONCE = 3;

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

    /** Whose turn it is now; however long a try takes, the same turn is not taken twice at once. */
    private final Set<String> underWay = new HashSet<>();

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
     * What the work resulted in; empty if it was not begun, since the last calls were of no avail. Blocks as the work does,
     * which may wait for a place before it calls, or not call at all.
     *
     * @param account what the upstream may fail for alone
     * @param person whose that is, for several of one person may fail together; may be the same
     */
    public <T> Optional<T> enter(String account, String person, Function<Pass, T> work) {
        var pass = admit(account, person);
        try {
            return pass.map(work);
        } finally {
            pass.ifPresent(this::leave);
        }
    }

    private synchronized Optional<Pass> admit(String account, String person) {
        if (!open) {
            return Optional.of(new Pass(account, person, Optional.empty()));
        }
        var turn = turn(account, person);
        if (!isFree(turn)) {
            return Optional.empty();
        }
        tries.put(turn, clock.instant());
        underWay.add(turn);
        return Optional.of(new Pass(account, person, Optional.of(turn)));
    }

    private synchronized void leave(Pass pass) {
        pass.turn.ifPresent(underWay::remove);
    }

    /** Whose turn it would be. */
    private String turn(String account, String person) {
        if (tries.getIfPresent(account) != null) {
            return account;
        }
        return tries.getIfPresent(person) != null ? person : THE_OTHERS;
    }

    private boolean isFree(String turn) {
        return !underWay.contains(turn) && hasRoom(turn) && hasRested(turn);
    }

    private boolean hasRoom(String turn) {
        var ofTheOthers = underWay.contains(THE_OTHERS) ? 1 : 0;
        return turn.equals(THE_OTHERS) || underWay.size() - ofTheOthers < TRIES_AT_ONCE;
    }

    /** A clock that was set back must not prolong the rest. */
    private boolean hasRested(String turn) {
        var now = clock.instant();
        var last = tries.getIfPresent(turn);
        return last == null || now.isBefore(last) || !now.isBefore(last.plus(rest));
    }

    /** The answers so far; empty if a call is of no avail, for all but those who try. */
    private synchronized Optional<Long> answersBefore(Pass pass) {
        return open && pass.turn.isEmpty() ? Optional.empty() : Optional.of(answers);
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

    /** Lets somebody in, for the time of their work. */
    public final class Pass {

        private final String account;
        private final String person;

        /** Taken by a try. */
        private final Optional<String> turn;

        private Pass(String account, String person, Optional<String> turn) {
            this.account = account;
            this.person = person;
            this.turn = turn;
        }

        /**
         * What the call resulted in; empty if it was not made, since others had called in vain while this one waited for a
         * place. Blocks as the call does.
         *
         * @param failed whether such a result tells of an upstream that does not answer
         */
        public <T> Optional<T> call(Supplier<T> call, Predicate<T> failed) {
            return answersBefore(this).map(before -> {
                var result = call.get();
                if (failed.test(result)) {
                    noteFailure(account, person, before);
                } else {
                    noteAnswer();
                }
                return result;
            });
        }
    }
}
