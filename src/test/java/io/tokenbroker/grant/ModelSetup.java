package io.tokenbroker.grant;

import io.tokenbroker.grant.ModelCalls.Work;
import io.tokenbroker.grant.ModelWorld.Kind;
import io.tokenbroker.link.Remembered.SignIn;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What a model explores.
 *
 * @param works what each broker does, one after the other
 * @param mostEvents of all events together
 * @param mostFaults of all faults together
 * @param isFine whether a link and then the version of its row are read in two steps
 * @param isStored whether the store knows the grant at the beginning
 * @param isHasty whether a lease that has expired is taken over at once after the store was away
 */
record ModelSetup(
        Kind kind,
        List<List<Work>> works,
        Set<Event> events,
        int mostEvents,
        Set<Fault> faults,
        int mostFaults,
        int rechecks,
        int expiries,
        boolean isFine,
        boolean isStored,
        boolean isHasty,
        Function<ModelWorld, InMemoryGrantStore> store) {

    static final InstantSource DATABASE_CLOCK = Clock.fixed(ModelWorld.TIME, ZoneOffset.UTC);

    ModelSetup {
        works = List.copyOf(works);
        events = Set.copyOf(events);
        faults = Set.copyOf(faults);
    }

    /** What happens outside the brokers. */
    enum Event {
        SIGN_IN,
        CLEAR,
        UNLINK,
        RELINK_X,
        RELINK_Y,
        MOVE
    }

    /** What goes wrong. */
    enum Fault {
        CRASH,
        REQUEST_LOST,
        ANSWER_LOST,
        LEASE_ANSWER_LOST,
        KEEP_ANSWER_LOST,
        OTHER_ANSWER_LOST,
        LEASE_ANSWER_LATE,
        HOLDER_PAUSED,
        STORE_DOWN,
        FALSE_404,
        FUSIONAUTH_DOWN
    }

    static ModelSetup of(Kind kind) {
        return new ModelSetup(kind, List.of(), Set.of(), 0, Set.of(), 0, 0, 0, false, false, false, ModelStore::new);
    }

    ModelSetup broker(Work... work) {
        var more = new ArrayList<>(works);
        more.add(List.of(work));
        return new ModelSetup(
                kind,
                more,
                events,
                mostEvents,
                faults,
                mostFaults,
                rechecks,
                expiries,
                isFine,
                isStored,
                isHasty,
                store);
    }

    ModelSetup events(int most, Event... which) {
        return new ModelSetup(
                kind,
                works,
                Set.of(which),
                most,
                faults,
                mostFaults,
                rechecks,
                expiries,
                isFine,
                isStored,
                isHasty,
                store);
    }

    ModelSetup faults(int most, Fault... which) {
        return new ModelSetup(
                kind,
                works,
                events,
                mostEvents,
                Set.of(which),
                most,
                rechecks,
                expiries,
                isFine,
                isStored,
                isHasty,
                store);
    }

    ModelSetup anyFault(int most) {
        return faults(most, EnumSet.allOf(Fault.class).toArray(Fault[]::new));
    }

    ModelSetup time(int mostRechecks, int mostExpiries) {
        return new ModelSetup(
                kind,
                works,
                events,
                mostEvents,
                faults,
                mostFaults,
                mostRechecks,
                mostExpiries,
                isFine,
                isStored,
                isHasty,
                store);
    }

    ModelSetup fine() {
        return new ModelSetup(
                kind,
                works,
                events,
                mostEvents,
                faults,
                mostFaults,
                rechecks,
                expiries,
                true,
                isStored,
                isHasty,
                store);
    }

    ModelSetup stored() {
        return new ModelSetup(
                kind, works, events, mostEvents, faults, mostFaults, rechecks, expiries, isFine, true, isHasty, store);
    }

    ModelSetup hasty() {
        return new ModelSetup(
                kind, works, events, mostEvents, faults, mostFaults, rechecks, expiries, isFine, isStored, true, store);
    }

    ModelSetup store(Function<ModelWorld, InMemoryGrantStore> other) {
        return new ModelSetup(
                kind,
                works,
                events,
                mostEvents,
                faults,
                mostFaults,
                rechecks,
                expiries,
                isFine,
                isStored,
                isHasty,
                other);
    }

    InMemoryGrantStore storeOf(ModelWorld world) {
        return store.apply(world);
    }

    boolean may(Fault fault, ModelState state) {
        return state.faults() > 0 && faults.contains(fault);
    }

    @Override
    public String toString() {
        return "%s, %s, %d of %s, %d of %s, %d rechecks, %d expiries%s"
                .formatted(
                        kind,
                        works,
                        mostEvents,
                        events,
                        mostFaults,
                        faults,
                        rechecks,
                        expiries,
                        (isFine ? ", fine" : "") + (isStored ? ", stored" : ""));
    }

    /** The store in memory, with versions that a model can repeat. */
    static class ModelStore extends InMemoryGrantStore {

        private static final Map<SignIn, String> ROOTS = new ConcurrentHashMap<>();

        private final boolean isSettled;

        ModelStore(ModelWorld world) {
            super(DATABASE_CLOCK, world.rows());
            isSettled = world.isSettled();
        }

        @Override
        public Duration answeringFor() {
            return isSettled ? Duration.ofDays(1) : Duration.ZERO;
        }

        @Override
        String root(SignIn signIn) {
            return ROOTS.computeIfAbsent(signIn, super::root);
        }

        @Override
        long firstVersion() {
            return 1_000L * (rows().begun() + 1);
        }
    }
}
