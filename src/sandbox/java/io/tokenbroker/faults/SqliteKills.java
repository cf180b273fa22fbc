package io.tokenbroker.faults;

import io.tokenbroker.faults.AtStep.Event;
import io.tokenbroker.faults.Places.Place;
import io.tokenbroker.faults.Trial.Ending;
import io.tokenbroker.faults.Trial.Loss;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/**
 * SIGKILL of the one broker. At each call and, by the lock of the file, at each statement that writes: one kill strikes
 * accounts at all these points, so that their waits are one. And at moments that chance chose, under load.
 */
final class SqliteKills {

    private static final Duration UNTIL_THEY_WAIT_FOR_THE_LOCK = Duration.ofMillis(700);
    private static final int BOTH = Kind.values().length;

    /** Counted from 0: link and user; for another sign-in, both again. */
    private static final int LAST_CALL_BEFORE_THE_LEASE = 1;

    private static final int LAST_CALL_BEFORE_THE_START_OVER = 3;

    private final World world;
    private final SqliteStore store;
    private final Brokers broker;
    private final Trials trials;
    private final Places places;
    private final Scale scale;

    SqliteKills(World world, SqliteStore store, Brokers broker, Trials trials, Places places, Scale scale) {
        this.world = world;
        this.store = store;
        this.broker = broker;
        this.trials = trials;
        this.places = places;
        this.scale = scale;
    }

    /**
     * What becomes of the accounts is waited for in the background.
     *
     * @param settings of the broker from its next start on
     */
    void atEachPoint(Map<String, String> settings) {
        var there = new CountDownLatch(3 * BOTH * scale.atAPoint());
        var nextAreThere =
                new CountDownLatch(scale.atAPoint() * (places.number(place -> !place.isRefresh()) + 2 * BOTH));
        var next = new CountDownLatch(1);
        var locked = new CountDownLatch(1);
        var parts = new ArrayList<Trial>();
        places.all().stream()
                .filter(place -> !place.isRefresh())
                .forEach(place -> parts.add(before(place, nextAreThere)
                        .asking((row, account) -> mintAfter(next, row, account))
                        .atOnceBut(0)));
        parts.add(before(places.refresh(), there).withinALease());
        var refresh = places.points(places.refresh(), true);
        parts.add(point("", new AtStep(refresh, new Event.Held(there)))
                .named(kind -> "killed after " + places.words(kind, places.refresh()))
                .losing(Loss.NEWEST_TOKEN)
                .withinALease());
        parts.add(point("killed before the keep", new AtStep(refresh, new Event.Paused(there, locked)))
                .losing(Loss.NEWEST_TOKEN)
                .withinALease());
        parts.add(point("killed before the lease", pausedAfter(LAST_CALL_BEFORE_THE_LEASE, nextAreThere, locked))
                .asking((row, account) -> mintAfter(next, row, account))
                .atOnceBut(0));
        parts.add(point(
                        "killed before the start-over",
                        pausedAfter(LAST_CALL_BEFORE_THE_START_OVER, nextAreThere, locked))
                .preparedBy(world::authorizeAgainElsewhere)
                .asking((row, account) -> mintAfter(next, row, account))
                .endingIn(account -> Ending.MINTS_BY_THE_LATEST_SIGN_IN)
                .atOnceBut(0));
        trials.runInBackground(
                parts,
                () -> {
                    Waiting.untilAllAreThere(there);
                    // FusionAuth is waited for 5 s only: these come last.
                    next.countDown();
                    Waiting.untilAllAreThere(nextAreThere);
                    var lock = store.locked();
                    locked.countDown();
                    Waiting.pass(UNTIL_THEY_WAIT_FOR_THE_LOCK);
                    broker.kill(0);
                    lock.close();
                },
                () -> {
                    broker.reconfigure(0, settings);
                    broker.start(0);
                });
    }

    private Trial before(Place place, CountDownLatch arrivals) {
        var points = places.points(place, false);
        return point("", new AtStep(points, new Event.Held(arrivals)))
                .named(kind -> "killed before " + places.words(kind, place))
                .onlyFor(points.keySet());
    }

    /** The statement that comes next waits for the lock then, or for the one thread that does. */
    private static AtStep pausedAfter(int call, CountDownLatch arrivals, CountDownLatch release) {
        var point = new AtStep.Point.Numbered(call, true);
        return new AtStep(Map.of(Kind.REUSABLE, point, Kind.SINGLE_USE, point), new Event.Paused(arrivals, release));
    }

    private Trial point(String name, Disruption disruption) {
        return Trial.of(name, disruption).by(scale.atAPoint());
    }

    private void mintAfter(CountDownLatch sign, Row row, Account account) {
        Waiting.forLatch(sign);
        row.during(broker.all().mintAnew(account).code());
    }

    /** In the background, too. */
    void underLoad(int time, Random random) {
        var load = new Load(broker.all());
        var after = Duration.ofMillis(2_500 + random.nextInt(1_500));
        trials.runInBackground(
                List.of(Trial.of("killed under load, %d of %d".formatted(time, scale.randomKills()), Disruption.NONE)
                        .by(scale.underLoad())
                        .asking(load::mint)
                        .losing(Loss.NEWEST_TOKEN)
                        .withinALease()),
                () -> {
                    Waiting.pass(after);
                    broker.kill(0);
                    load.end();
                },
                () -> broker.start(0));
    }

    /** The file is deleted for good; with the next start there is a new one. */
    void storeLost() {
        trials.run(Trial.of("the store's file deleted for good, the broker restarted", Disruption.NONE)
                .under(() -> {
                    store.lose();
                    // It looks once a second.
                    Waiting.pass(Duration.ofSeconds(2));
                    return Store.Harm.NONE;
                })
                .healedBy(() -> {
                    broker.tellToStop(0);
                    broker.awaitEnd(0);
                    broker.start(0);
                })
                .losing(Loss.STORE));
        // What befell a few has befallen all.
        Waiting.inTurns(world.accounts(Kind.SINGLE_USE), account -> {
            world.authorizeAgainElsewhere(account);
            broker.all().mintAnew(account);
        });
    }
}
