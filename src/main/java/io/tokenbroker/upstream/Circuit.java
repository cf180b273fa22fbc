package io.tokenbroker.upstream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.time.Time.Window;
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
 * Circuit breaker. Opens after 20 failures in a row of at least 4 people. While open, each failed account may try again
 * after a rest, three at a time, plus one call of all others. An answer closes it.
 */
public final class Circuit {

    private static final Logger LOG = Logger.getLogger(Circuit.class);

    private static final int FAILURES = 20;

    /** One person's accounts may all fail although the upstream is well. */
    private static final int PEOPLE = 4;

    private static final int TRIALS_AT_ONCE = 3;

    /** Some ten thousand accounts' worth. */
    private static final int BYTES = 2 << 20;

    /** The trial key that all share who have not failed. */
    private static final String THE_OTHERS = "";

    private final String name;
    private final Duration rest;
    private final Clock clock;

    private boolean open;
    private long answers;

    /** Reset by every answer; so are the next two fields. */
    private long failures;

    /** People with a failure, up to the number that matters. */
    private final Set<String> people = new HashSet<>();

    /** Time of the last trial per key: a failed account, else its owner, else THE_OTHERS. */
    private final Cache<String, Instant> trials = Caffeine.newBuilder()
            .maximumWeight(BYTES)
            .weigher((String key, Instant at) -> 150 + 2 * key.length())
            .build();

    /** Keys of the trials that run now: one trial per key, however long it takes. */
    private final Set<String> underWay = new HashSet<>();

    /**
     * @param name of the upstream, for the log
     * @param rest from one trial to the next of the same key
     */
    public Circuit(String name, Duration rest, Clock clock) {
        this.name = name;
        this.rest = rest;
        this.clock = clock;
    }

    /**
     * The result of the work, or empty if the circuit is open. Blocks as the work does, which may wait before it calls, or
     * not call at all. The monitor of this object is not held meanwhile.
     *
     * @param account what the upstream may fail for alone
     * @param person the account's owner; may be the same
     */
    public <T> Optional<T> enter(String account, String person, Function<Pass, T> work) {
        var pass = admit(account, person);
        try {
            return pass.map(work);
        } finally {
            pass.flatMap(admitted -> admitted.trial).ifPresent(this::endTrial);
        }
    }

    private synchronized Optional<Pass> admit(String account, String person) {
        if (!open) {
            return Optional.of(new Pass(account, person, Optional.empty()));
        }
        var trial = trialKey(account, person);
        if (underWay.contains(trial) || !hasRoom(trial) || !hasRested(trial)) {
            return Optional.empty();
        }
        trials.put(trial, clock.instant());
        underWay.add(trial);
        return Optional.of(new Pass(account, person, Optional.of(trial)));
    }

    synchronized boolean isOpen() {
        return open;
    }

    private synchronized void endTrial(String trial) {
        underWay.remove(trial);
    }

    private String trialKey(String account, String person) {
        if (trials.getIfPresent(account) != null) {
            return account;
        }
        return trials.getIfPresent(person) != null ? person : THE_OTHERS;
    }

    private boolean hasRoom(String trial) {
        var ofTheOthers = underWay.contains(THE_OTHERS) ? 1 : 0;
        return trial.equals(THE_OTHERS) || underWay.size() - ofTheOthers < TRIALS_AT_ONCE;
    }

    private boolean hasRested(String trial) {
        var last = trials.getIfPresent(trial);
        return last == null || !Window.of(last, rest).contains(clock.instant());
    }

    /** Number of answers so far; empty if the circuit is open and this call is no trial. */
    private synchronized Optional<Long> answersBefore(Pass pass) {
        return open && pass.trial.isEmpty() ? Optional.empty() : Optional.of(answers);
    }

    private synchronized void noteFailure(Pass pass, long answersBefore) {
        if (answers != answersBefore) {
            return; // Another call was answered while this one waited.
        }
        failures++;
        if (people.size() < PEOPLE) {
            people.add(pass.person);
        }
        var now = clock.instant();
        trials.put(pass.account, now);
        trials.asMap().putIfAbsent(pass.person, now);
        if (!open && failures >= FAILURES && people.size() >= PEOPLE) {
            open = true;
            trials.put(THE_OTHERS, now);
            LOG.warnf("%s does not answer; it is asked again now and then", name);
        }
    }

    private synchronized void noteAnswer() {
        answers++;
        if (failures > 0) {
            failures = 0;
            people.clear();
            trials.invalidateAll();
        }
        if (open) {
            open = false;
            LOG.infof("%s answers again", name);
        }
    }

    /** Admits one piece of work. */
    public final class Pass {

        private final String account;
        private final String person;

        /** The key under which this is a trial; empty if the circuit was closed. */
        private final Optional<String> trial;

        private Pass(String account, String person, Optional<String> trial) {
            this.account = account;
            this.person = person;
            this.trial = trial;
        }

        /** Whether a call would not be made now. */
        public boolean isRefused() {
            return answersBefore(this).isEmpty();
        }

        /**
         * The result of the call, or empty if it was not made, since the circuit has opened meanwhile. Blocks as the call
         * does.
         *
         * @param failed whether a result means that the upstream does not answer
         */
        public <T> Optional<T> call(Supplier<T> call, Predicate<T> failed) {
            return answersBefore(this).map(before -> {
                var result = call.get();
                if (failed.test(result)) {
                    noteFailure(this, before);
                } else {
                    noteAnswer();
                }
                return result;
            });
        }
    }
}
