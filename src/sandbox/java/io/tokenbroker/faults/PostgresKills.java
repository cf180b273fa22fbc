package io.tokenbroker.faults;

import io.tokenbroker.faults.AtStatement.Point;
import io.tokenbroker.faults.AtStep.Event;
import io.tokenbroker.faults.Places.Place;
import io.tokenbroker.faults.Trial.Ending;
import io.tokenbroker.faults.Trial.Loss;
import io.tokenbroker.sandbox.wire.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Replicas that are killed, stopped or cut off, and PostgreSQL killed. At each call and each statement: one kill strikes
 * accounts at all these points, so that their waits are one. And at moments that chance chose, under load.
 */
final class PostgresKills {

    /** The replica that is killed, the one that is stopped or cut off, and the one whose answers get lost. */
    static final int KILLED = 0;

    private static final int STOPPED = 1;
    private static final int UNHEARD = 2;

    /** Longer than any lease. */
    private static final Duration TOO_LONG = Duration.ofSeconds(55);

    /** Too long to send by a lease. */
    private static final Duration LONG = Duration.ofSeconds(8);

    /** Shorter than the broker waits for a provider. */
    private static final Duration BRIEFLY = Duration.ofSeconds(3);

    /** A throng at the replica would make it too slow to send in the time that a lease gives for that. */
    private static final Duration THRONG = Duration.ofSeconds(6);

    private static final Duration POSTGRESQL_IS_AWAY = Duration.ofSeconds(5);

    private final World world;
    private final PostgresStore store;
    private final Brokers brokers;
    private final Trials trials;
    private final Places places;
    private final Scale scale;

    /** Ends when the replica that was cut off has its store again. */
    private Thread cutOffEnd = Thread.ofVirtual().unstarted(() -> {});

    PostgresKills(World world, PostgresStore store, Brokers brokers, Trials trials, Places places, Scale scale) {
        this.world = world;
        this.store = store;
        this.brokers = brokers;
        this.trials = trials;
        this.places = places;
        this.scale = scale;
    }

    /**
     * What becomes of the accounts is waited for in the background.
     *
     * @param settings of the replica that is killed, from its next start on
     */
    void atEachPoint(Map<String, String> settings) {
        var stage = new Stage();
        var parts = new ArrayList<Trial>();
        places.all().stream()
                .filter(place -> !place.isRefresh())
                .forEach(place -> parts.add(before(
                                place,
                                stage,
                                stage.next(places.points(place, false).size()))
                        .asking(stage::mintNext)
                        .atOnceBut(0)));
        parts.add(before(places.refresh(), stage, stage.arrivals(2)).withinALease());
        parts.add(stage.at("", new AtStep(places.points(places.refresh(), true), new Event.Held(stage.arrivals(2))))
                .named(kind -> "replica killed after " + places.words(kind, places.refresh()))
                .losing(Loss.NEWEST_TOKEN)
                .withinALease());
        for (var step : List.of(StoreStep.LOOK, StoreStep.LEASE)) {
            parts.add(stage.killed("before", step, Disruption.NONE).atOnceBut(0));
        }
        parts.add(stage.killed("after", StoreStep.LEASE, Disruption.NONE).withinALease());
        for (var step : List.of(StoreStep.KEEP, StoreStep.KEEP_COMMIT)) {
            parts.add(stage.killed("before", step, Disruption.NONE)
                    .losing(Loss.NEWEST_TOKEN)
                    .withinALease());
        }
        parts.add(stage.killed("after", StoreStep.KEEP_COMMIT, Disruption.NONE).atOnceBut(0));
        for (var when : List.of("before", "after")) {
            parts.add(stage.killed(when, StoreStep.START_OVER_COMMIT, Disruption.NONE)
                    .preparedBy(world::authorizeAgainElsewhere)
                    .endingIn(account -> Ending.MINTS_BY_THE_LATEST_SIGN_IN)
                    .atOnceBut(0));
        }
        var refused = Mishap.UNAVAILABLE.befalling(Call::isRefresh, false);
        parts.add(stage.killed("before", StoreStep.RELEASE, refused).withinALease());
        parts.add(stage.killed("after", StoreStep.RELEASE, refused).atOnceBut(0));
        parts.add(stage.killed("before", StoreStep.MARK, PostgresKills::falseRefusal)
                .withinALease());
        var helped = ConcurrentHashMap.<Account>newKeySet();
        parts.add(stage.killed("after", StoreStep.MARK_COMMIT, PostgresKills::falseRefusal)
                .named(kind -> "replica killed after the mark, then the person signs in again")
                .endingIn(account -> {
                    if (helped.add(account)) {
                        world.authorizeAgainElsewhere(account);
                    }
                    return Ending.MINTS_BY_THE_LATEST_SIGN_IN;
                })
                .atOnceBut(0));
        parts.add(stoppedForTooLong(stage));
        parts.add(unheard(StoreStep.LEASE).withinALease());
        parts.add(unheard(StoreStep.KEEP_COMMIT).mintingMeanwhile().atOnceBut(0));
        trials.runInBackground(parts, stage::kill, () -> {
            brokers.reconfigure(KILLED, settings);
            brokers.start(KILLED);
        });
    }

    private static Reply falseRefusal(Call call, Supplier<Reply> work) {
        return call.isRefresh() ? Reply.json(400, Map.of("error", "invalid_grant")) : work.get();
    }

    private Trial before(Place place, Stage stage, CountDownLatch arrivals) {
        var points = places.points(place, false);
        return stage.at("", new AtStep(points, new Event.Held(arrivals)))
                .named(kind -> "replica killed before " + places.words(kind, place))
                .onlyFor(points.keySet());
    }

    private Trial stoppedForTooLong(Stage stage) {
        var paused = new Event.Paused(stage.next(2), stage.stopped);
        return Trial.of(
                        "replica stopped for %d s between answer and keep".formatted(TOO_LONG.toSeconds()),
                        new AtStep(places.points(places.refresh(), true), paused))
                .by(scale.atAPoint())
                .asking((row, account) -> {
                    Waiting.forLatch(stage.next);
                    row.during("not waited for");
                    var _ = Thread.ofVirtual().start(() -> brokers.only(STOPPED).mintUntil(stage.stopped, account));
                })
                .losing(Loss.NEWEST_TOKEN)
                .withinALease();
    }

    private Trial unheard(StoreStep step) {
        return Trial.of("the answer to %s lost".formatted(step), Disruption.NONE)
                .striking(AtStatement.after(step, new Point.Cut()))
                .by(scale.atAPoint())
                .asking((row, account) ->
                        row.during(brokers.only(UNHEARD).mintAnew(account).code()));
    }

    /** Where accounts wait for the one kill, and for the one stop. */
    private final class Stage {

        private final List<CountDownLatch> arrivals = new ArrayList<>();
        private final List<CountDownLatch> nextArrivals = new ArrayList<>();
        private final CountDownLatch next = new CountDownLatch(1);
        private final CountDownLatch killed = new CountDownLatch(1);
        private final CountDownLatch stopped = new CountDownLatch(1);

        CountDownLatch arrivals(int kinds) {
            var latch = new CountDownLatch(kinds * scale.atAPoint());
            arrivals.add(latch);
            return latch;
        }

        /** Of those that come last: FusionAuth is waited for 5 s only. */
        CountDownLatch next(int kinds) {
            var latch = new CountDownLatch(kinds * scale.atAPoint());
            nextArrivals.add(latch);
            return latch;
        }

        void mintNext(Row row, Account account) {
            Waiting.forLatch(next);
            row.during(brokers.only(KILLED).mintUntil(killed, account));
        }

        Trial at(String name, Disruption disruption) {
            return Trial.of(name, disruption).by(scale.atAPoint()).asking((row, account) -> {
                Waiting.spread(account, THRONG);
                row.during(brokers.only(KILLED).mintUntil(killed, account));
            });
        }

        /** A refused reusable token is tried once more before its mark, for which the patient broker finds no time. */
        Trial killed(String when, StoreStep step, Disruption disruption) {
            var marks = step == StoreStep.MARK || step == StoreStep.MARK_COMMIT;
            var kinds = marks ? Set.of(Kind.SINGLE_USE) : Set.of(Kind.values());
            var held = new Point.Held(arrivals(kinds.size()), killed, false);
            return at("replica killed %s %s".formatted(when, step), disruption)
                    .onlyFor(kinds)
                    .striking(when.equals("after") ? AtStatement.after(step, held) : AtStatement.before(step, held));
        }

        void kill() {
            arrivals.forEach(Waiting::untilAllAreThere);
            next.countDown();
            nextArrivals.forEach(Waiting::untilAllAreThere);
            brokers.pause(STOPPED);
            stopped.countDown();
            brokers.kill(KILLED);
            killed.countDown();
            var _ = Thread.ofVirtual().start(() -> {
                Waiting.pass(TOO_LONG);
                brokers.goOn(STOPPED);
            });
        }
    }

    /** Short enough for the lease: it keeps what it has got, and does not send what it has leased too long ago. */
    void stoppedForAWhile() {
        Waiting.forEnd(cutOffEnd);
        for (var kind : Kind.values()) {
            Places.mintAtLast(brokers.only(STOPPED), trials.any(kind));
        }
        stopped(
                "replica stopped for %d s between answer and keep",
                BRIEFLY, (arrivals, release) -> {
                    var paused = new Event.Paused(arrivals, release);
                    return stopped("", new AtStep(places.points(places.refresh(), true), paused), release)
                            .mintingMeanwhile();
                });
        stopped(
                "replica stopped for %d s between lease and send",
                LONG,
                (arrivals, release) -> stopped("", Disruption.NONE, release)
                        .striking(AtStatement.after(StoreStep.LEASE, new Point.Held(arrivals, release, true)))
                        .withinALease());
    }

    private void stopped(String name, Duration time, BiFunction<CountDownLatch, CountDownLatch, Trial> trial) {
        var arrivals = new CountDownLatch(2 * scale.atAPoint());
        var release = new CountDownLatch(1);
        trials.run(trial.apply(arrivals, release)
                .named(kind -> name.formatted(time.toSeconds()))
                .meanwhile(() -> {
                    Waiting.untilAllAreThere(arrivals);
                    brokers.pause(STOPPED);
                    release.countDown();
                    Waiting.pass(time);
                    brokers.goOn(STOPPED);
                }));
    }

    private Trial stopped(String name, Disruption disruption, CountDownLatch release) {
        return Trial.of(name, disruption)
                .by(scale.atAPoint())
                .asking((row, account) -> row.during(brokers.only(STOPPED).mintUntil(release, account)));
    }

    /** One replica is killed under load; another is cut off from the store for longer than a lease. In the background. */
    void underLoad(int time, Random random) {
        var load = new Load(brokers.all());
        var after = Duration.ofMillis(2_500 + random.nextInt(1_500));
        var parts = new ArrayList<Trial>();
        parts.add(Trial.of("replica killed under load, %d of %d".formatted(time, scale.randomKills()), Disruption.NONE)
                .by(scale.underLoad())
                .asking(load::mint)
                .losing(Loss.NEWEST_TOKEN)
                .withinALease());
        var arrivals = new CountDownLatch(time == 1 ? 2 * scale.atAPoint() : 0);
        var release = new CountDownLatch(1);
        if (time == 1) {
            var paused = new AtStep(places.points(places.refresh(), true), new Event.Paused(arrivals, release));
            parts.add(stopped(
                            "replica alone cut off from the store for %d s between answer and keep"
                                    .formatted(TOO_LONG.toSeconds()),
                            paused,
                            release)
                    .losing(Loss.NEWEST_TOKEN)
                    .withinALease());
        }
        trials.runInBackground(
                parts,
                () -> {
                    Waiting.pass(after);
                    Waiting.untilAllAreThere(arrivals);
                    if (time == 1) {
                        cutOff(release);
                    }
                    brokers.kill(KILLED);
                    load.end();
                },
                () -> brokers.start(KILLED));
    }

    private void cutOff(CountDownLatch release) {
        var cut = store.cutOff(STOPPED);
        brokers.takeOut(STOPPED);
        release.countDown();
        cutOffEnd = Thread.ofVirtual().start(() -> {
            Waiting.pass(TOO_LONG);
            cut.close();
            brokers.putBack(STOPPED);
        });
    }

    /** Each replica reads the settings again by itself. */
    void awaitNewSecrets() {
        for (var number = 0; number < brokers.count(); number++) {
            for (var kind : Kind.values()) {
                Places.mintAtLast(brokers.only(number), trials.any(kind));
            }
        }
    }

    void postgresqlKilledUnderLoad() {
        var load = new Load(brokers.all());
        trials.run(Trial.of("PostgreSQL killed under load, started again 5 s later", Disruption.NONE)
                .by(scale.underLoad())
                .asking(load::mint)
                .within(Duration.ofSeconds(75))
                .atOnceBut(0.1)
                .meanwhile(() -> {
                    Waiting.pass(Duration.ofSeconds(3));
                    store.kill();
                    Waiting.pass(POSTGRESQL_IS_AWAY);
                    store.start();
                    load.end();
                }));
    }
}
