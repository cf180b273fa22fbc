package io.tokenbroker.faults;

import java.time.Duration;
import java.util.Set;
import java.util.function.Function;

/**
 * One fault and what is to come of it. {@link #of} makes one that befalls both kinds and whose accounts mint when it is
 * over; the other methods change that.
 *
 * @param name of its row, for each kind
 * @param disruption in force from before the mints until they have ended
 * @param meanwhile what happens while they are under way
 * @param heal what has to be mended besides
 * @param ending what each account has to come to
 * @param tokenMayBeLost whether a single-use token may have been spent with nobody holding the next
 * @param patience how long the accounts have, after healing, before they are set aside for the end
 */
record Trial(
        Function<Kind, String> name,
        Disruption disruption,
        Runnable meanwhile,
        Runnable heal,
        Function<Account, Ending> ending,
        boolean tokenMayBeLost,
        Set<Kind> kinds,
        Duration patience) {

    /** What an account has to come to. */
    enum Ending {
        MINTS,
        MINTS_BY_THE_LATEST_SIGN_IN,
        STAYS_UNLINKED
    }

    Trial {
        kinds = Set.copyOf(kinds);
    }

    static Trial of(String name, Disruption disruption) {
        return new Trial(
                kind -> name,
                disruption,
                () -> {},
                () -> {},
                account -> Ending.MINTS,
                false,
                Set.of(Kind.values()),
                Duration.ofSeconds(3));
    }

    Trial named(Function<Kind, String> newName) {
        return new Trial(newName, disruption, meanwhile, heal, ending, tokenMayBeLost, kinds, patience);
    }

    Trial meanwhile(Runnable deed) {
        return new Trial(name, disruption, deed, heal, ending, tokenMayBeLost, kinds, patience);
    }

    Trial healedBy(Runnable deed) {
        return new Trial(name, disruption, meanwhile, deed, ending, tokenMayBeLost, kinds, patience);
    }

    Trial endingIn(Function<Account, Ending> newEnding) {
        return new Trial(name, disruption, meanwhile, heal, newEnding, tokenMayBeLost, kinds, patience);
    }

    Trial inWhichATokenMayBeLost() {
        return new Trial(name, disruption, meanwhile, heal, ending, true, kinds, patience);
    }

    Trial onlyFor(Set<Kind> some) {
        return new Trial(name, disruption, meanwhile, heal, ending, tokenMayBeLost, some, patience);
    }

    Trial patientFor(Duration longer) {
        return new Trial(name, disruption, meanwhile, heal, ending, tokenMayBeLost, kinds, longer);
    }
}
