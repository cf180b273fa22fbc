package io.tokenbroker.faults;

import io.tokenbroker.faults.AtStep.Event;
import io.tokenbroker.faults.Store.Harm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The harm done to the store, of either engine, while the brokers run on. */
final class StorePlan {

    private static final Duration TWO_SECONDS = Duration.ofSeconds(2);

    /** Longer than a statement may take. */
    private static final Duration SIX_SECONDS = Duration.ofSeconds(6);

    /** Until the brokers have found out. */
    private static final Duration A_WHILE = Duration.ofSeconds(4);

    private static final int PAIRS = 4;

    private final World world;
    private final Store store;
    private final Brokers brokers;
    private final Trials trials;
    private final Places places;
    private final Scale scale;

    StorePlan(World world, Store store, Brokers brokers, Trials trials, Places places, Scale scale) {
        this.world = world;
        this.store = store;
        this.brokers = brokers;
        this.trials = trials;
        this.places = places;
        this.scale = scale;
    }

    void carryOut() {
        trials.run(Trial.of("store gone, and back", Disruption.NONE).under(store::gone));
        betweenLeaseAndKeep("store gone for 4 s between lease and keep", store::gone, A_WHILE);
        swapped();
        if (!scale.everything()) {
            return;
        }
        trials.run(Trial.of("store locked by another process", Disruption.NONE)
                .under(store::locked)
                .withinALease());
        betweenLeaseAndKeep("store locked for 6 s between lease and keep", store::locked, SIX_SECONDS);
        trials.run(Trial.of("store slow, 2 s a write", Disruption.NONE)
                .under(() -> store.slow(TWO_SECONDS))
                .mintingMeanwhile());
        trials.run(Trial.of("store slow, 6 s a write", Disruption.NONE)
                .under(() -> store.slow(SIX_SECONDS))
                .withinALease());
        store.full().ifPresent(full -> {
            full.close();
            trials.run(Trial.of("store's disk full", Disruption.NONE)
                    .under(() -> store.full().orElseThrow())
                    .withinALease());
            betweenLeaseAndKeep(
                    "store's disk full for 4 s between lease and keep",
                    () -> store.full().orElseThrow(),
                    A_WHILE);
        });
        store.readOnly()
                .ifPresent(readOnly -> trials.run(Trial.of("store read-only", Disruption.NONE)
                        .under(() -> readOnly)
                        .withinALease()));
        toldToStop();
    }

    /** @param harm begins when the provider has answered and the broker has not got the answer yet */
    private void betweenLeaseAndKeep(String name, Supplier<Harm> harm, Duration time) {
        var refresh = places.points(places.refresh(), true);
        var arrivals = new CountDownLatch(2 * scale.share());
        var release = new CountDownLatch(1);
        trials.run(Trial.of(name, new AtStep(refresh, new Event.Paused(arrivals, release)))
                .asking((row, account) -> row.during(brokers.all().mintUntil(release, account)))
                .meanwhile(() -> {
                    Waiting.untilAllAreThere(arrivals);
                    var done = harm.get();
                    release.countDown();
                    Waiting.pass(time);
                    done.close();
                })
                .withinALease());
    }

    /** A broker that holds tokens in memory only stores them before it ends. */
    private void toldToStop() {
        var refresh = places.points(places.refresh(), true);
        var arrivals = new CountDownLatch(scale.share());
        var release = new CountDownLatch(1);
        var all = IntStream.range(0, brokers.count()).boxed().toList();
        trials.run(Trial.of(
                        "store gone between lease and keep, the broker told to stop, the store back 3 s later",
                        new AtStep(refresh, new Event.Paused(arrivals, release)))
                .onlyFor(Set.of(Kind.SINGLE_USE))
                .asking((row, account) -> row.during(brokers.all().mintUntil(release, account)))
                .meanwhile(() -> {
                    Waiting.untilAllAreThere(arrivals);
                    var gone = store.gone();
                    release.countDown();
                    Waiting.pass(A_WHILE);
                    all.forEach(brokers::tellToStop);
                    Waiting.pass(Duration.ofSeconds(3));
                    gone.close();
                    Waiting.together(all, number -> {
                        brokers.awaitEnd(number);
                        brokers.start(number);
                    });
                }));
    }

    private void swapped() {
        var single = new EnumMap<Kind, Account>(Kind.class);
        var pairs = new ArrayList<List<Account>>();
        trials.run(Trial.of("two rows have each other's refresh token, and their own again", Disruption.NONE)
                .by(PAIRS)
                .preparedBy(account -> pair(account, single, pairs))
                .healedBy(() -> pairs.forEach(pair -> world.swap(pair.getFirst(), pair.getLast()))));
    }

    private synchronized void pair(Account account, Map<Kind, Account> single, List<List<Account>> pairs) {
        var other = single.remove(account.kind());
        if (other == null) {
            single.put(account.kind(), account);
            return;
        }
        world.swap(account, other);
        pairs.add(List.of(account, other));
    }
}
