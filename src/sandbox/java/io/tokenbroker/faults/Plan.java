package io.tokenbroker.faults;

import io.tokenbroker.faults.AtStep.Event;
import io.tokenbroker.faults.AtStep.Point;
import io.tokenbroker.faults.Call.Step;
import io.tokenbroker.faults.Trial.Ending;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.wire.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/** The faults, in their order. Those of providers, FusionAuth and people heal while the same broker runs on. */
final class Plan {

    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    /** A claim of a killed broker is good for a minute: its accounts are asked once more and then set aside. */
    private static final Duration A_LOOK = Duration.ofSeconds(1);

    private static final Duration UNTIL_ALL_ARE_THERE = Duration.ofMillis(1_500);

    /** Longer than the broker takes to read the providers again. */
    private static final Duration UNTIL_SETTINGS_ARE_READ = Duration.ofSeconds(35);

    /** A broker spends eight tokens that FusionAuth does not take, and no more. */
    private static final int MORE_THAN_A_HANDFUL = 16;

    private final World world;
    private final BrokerProcess broker;
    private final Caller caller;
    private final Trials trials;
    private final Random random;
    private final Scale scale;

    /** The calls that a mint with rotation makes, by a look at one. */
    private final Map<Kind, List<Step>> steps = new EnumMap<>(Kind.class);

    Plan(World world, BrokerProcess broker, Caller caller, Trials trials, Random random, Scale scale) {
        this.world = world;
        this.broker = broker;
        this.caller = caller;
        this.trials = trials;
        this.random = random;
        this.scale = scale;
    }

    void carryOut() {
        for (var kind : Kind.values()) {
            steps.put(kind, look(trials.any(kind)));
        }
        providers();
        fusionAuth();
        lies();
        people();
        clocks();
        secrets();
        // Whatever the broker still holds in memory only must be stored before the first kill.
        trials.settle(scale.late().dividedBy(2));
        killedWithTokensInMemory();
        kills();
        killsUnderLoad();
        trials.settle(scale.late().dividedBy(2));
        trials.run(
                Trial.of("in the end, with nothing wrong", Disruption.NONE),
                scale.accounts(),
                (row, account) -> row.during(caller.mintAnew(account).code()));
    }

    private void providers() {
        for (var mishap : scale.some(List.of(Mishap.values()), 2)) {
            trials.run(Trial.of("provider: " + mishap, mishap.befalling(Call::isRefresh, false)));
        }
        for (var mishap : scale.some(List.of(Mishap.CLOSED, Mishap.GATEWAY, Mishap.HANG), 1)) {
            trials.run(
                    Trial.of("provider: %s, once committed".formatted(mishap), mishap.befalling(Call::isRefresh, true))
                            .inWhichATokenMayBeLost());
        }
    }

    private void fusionAuth() {
        for (var method : List.of("GET", "POST", "DELETE")) {
            for (var mishap : scale.some(List.of(Mishap.values()), 1)) {
                trials.run(Trial.of(
                        "FusionAuth's %s of a link: %s".formatted(method, mishap),
                        mishap.befalling(call -> call.isLink(method), false)));
            }
        }
        for (var method : List.of("POST", "DELETE")) {
            for (var mishap : scale.some(
                    List.of(
                            Mishap.CLOSED,
                            Mishap.UNAVAILABLE,
                            Mishap.PAGE,
                            Mishap.GATEWAY,
                            Mishap.GARBAGE,
                            Mishap.HANG),
                    1)) {
                trials.run(Trial.of(
                        "FusionAuth's %s of a link: %s, once committed".formatted(method, mishap),
                        mishap.befalling(call -> call.isLink(method), true)));
            }
        }
    }

    /** Once for each account, so that what comes after it is true. */
    private void lies() {
        var lies = new TreeMap<>(
                Map.of("a proxy's 200 with HTML", Reply.html(200, "<html></html>"), "an empty 404", Reply.empty(404)));
        var wanted = Set.of(new Step("GET", "link"), new Step("DELETE", "link"));
        for (var place : scale.some(
                places().stream().filter(place -> wanted.contains(place.step())).toList(), 0)) {
            var points = points(place, false);
            lies.forEach((words, reply) -> trials.run(Trial.of("", new AtStep(points, new Event.Answered(reply)))
                    .named(kind -> "once %s instead of %s".formatted(words, words(kind, place)))
                    .onlyFor(points.keySet())));
        }
    }

    private void people() {
        for (var place : scale.some(places(), 2)) {
            var points = points(place, false);
            var endings = new ConcurrentHashMap<Account, Ending>();
            trials.run(Trial.of("", new AtStep(points, new Event.Done(account -> {
                        if (world.unlinkElsewhere(account)) {
                            endings.put(account, Ending.STAYS_UNLINKED);
                        }
                    })))
                    .named(kind -> "unlinked in FusionAuth before " + words(kind, place))
                    .onlyFor(points.keySet())
                    .endingIn(account -> endings.getOrDefault(account, Ending.MINTS)));
            // FusionAuth cannot delete on condition: a sign-in between the broker's look and its DELETE is deleted too.
            var deletes = place.step().equals(new Step("DELETE", "link"));
            trials.run(Trial.of("", new AtStep(points, new Event.Done(world::authorizeAgainElsewhere)))
                    .named(kind -> "signed in again elsewhere before %s%s"
                            .formatted(words(kind, place), deletes ? ": mints by either sign-in" : ""))
                    .onlyFor(points.keySet())
                    .endingIn(account -> deletes ? Ending.MINTS : Ending.MINTS_BY_THE_LATEST_SIGN_IN));
        }
        authorizedAgain();
    }

    private void authorizedAgain() {
        var flows = new ConcurrentHashMap<Account, CompletableFuture<Void>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            trials.run(Trial.of("authorized again through the broker while the provider answers", (call, work) -> {
                        var account = call.account();
                        var reply = work.get();
                        if (call.isRefresh() && account != null) {
                            flows.computeIfAbsent(
                                    account,
                                    who -> CompletableFuture.runAsync(
                                            () -> world.authorizeAgain(caller, who), threads));
                            // Time for the flow to come to where it waits for the refresh, if it does.
                            Waiting.pass(Duration.ofMillis(400));
                        }
                        return reply;
                    })
                    .healedBy(() -> flows.forEach((account, flow) -> {
                        flow.join();
                        world.noteSignIn(account);
                    }))
                    .endingIn(account -> Ending.MINTS_BY_THE_LATEST_SIGN_IN));
        }
    }

    private void clocks() {
        for (var by : scale.some(List.of(FIVE_MINUTES.negated(), FIVE_MINUTES), 1)) {
            world.stepClocks(by);
            trials.run(Trial.of("clocks of FusionAuth and Entra %s".formatted(ahead(by)), Disruption.NONE)
                    .healedBy(() -> world.stepClocks(by.negated())));
            var stepped = new AtomicBoolean();
            trials.run(Trial.of(
                            "the same clocks step in the middle of a rotation, until %s".formatted(ahead(by)),
                            (call, work) -> {
                                var reply = work.get();
                                if (call.isLink("POST") && stepped.compareAndSet(false, true)) {
                                    world.stepClocks(by);
                                }
                                return reply;
                            })
                    .healedBy(() -> {
                        if (stepped.get()) {
                            world.stepClocks(by.negated());
                        }
                    }));
        }
    }

    private void secrets() {
        if (scale.everything()) {
            trials.run(Trial.of("client secret expired, mended in FusionAuth", world.expireSecrets())
                    .healedBy(world::mendSecrets)
                    .patientFor(UNTIL_SETTINGS_ARE_READ));
        }
    }

    /** One account after the other: those whose refresh is under way at the same time are spent beyond the bound. */
    private void killedWithTokensInMemory() {
        var oneByOne = new ReentrantLock();
        trials.run(
                Trial.of(
                                "FusionAuth's POST of a link: %s, then the broker is killed"
                                        .formatted(Mishap.UNAVAILABLE),
                                Mishap.UNAVAILABLE.befalling(call -> call.isLink("POST"), false))
                        .onlyFor(Set.of(Kind.SINGLE_USE))
                        .healedBy(() -> {
                            broker.kill();
                            broker.start();
                        })
                        .inWhichATokenMayBeLost(),
                MORE_THAN_A_HANDFUL,
                (row, account) -> {
                    oneByOne.lock();
                    try {
                        row.during(caller.mintAnew(account).code());
                    } finally {
                        oneByOne.unlock();
                    }
                });
    }

    private void kills() {
        for (var place : scale.some(places(), 3)) {
            kill(place, false, () -> {}, "");
            if (place.step().changesSomething()) {
                kill(place, true, () -> {}, "");
            }
        }
        for (var by : scale.some(List.of(FIVE_MINUTES.negated(), FIVE_MINUTES), 0)) {
            kill(firstStore(), true, () -> world.stepClocks(by), ", then the same clocks %s".formatted(ahead(by)));
            world.stepClocks(by.negated());
        }
    }

    private void kill(Place place, boolean afterCommit, Runnable andThen, String words) {
        var points = points(place, afterCommit);
        var arrivals = new CountDownLatch(scale.share() * points.size());
        trials.run(Trial.of("", new AtStep(points, new Event.Held(arrivals)))
                .named(kind -> "killed %s %s%s".formatted(afterCommit ? "after" : "before", words(kind, place), words))
                .onlyFor(points.keySet())
                .meanwhile(() -> {
                    Waiting.forLatch(arrivals, UNTIL_ALL_ARE_THERE);
                    broker.kill();
                    andThen.run();
                })
                .healedBy(broker::start)
                .patientFor(A_LOOK)
                .inWhichATokenMayBeLost());
    }

    private void killsUnderLoad() {
        for (var time = 1; time <= scale.randomKills(); time++) {
            var after = Duration.ofMillis(300 + random.nextInt(1200));
            trials.run(
                    Trial.of("killed under load, %d of %d".formatted(time, scale.randomKills()), Disruption.NONE)
                            .meanwhile(() -> {
                                Waiting.pass(after);
                                broker.kill();
                            })
                            .healedBy(broker::start)
                            .patientFor(A_LOOK)
                            .inWhichATokenMayBeLost(),
                    scale.accounts(),
                    this::mintUntilTheEnd);
        }
    }

    private void mintUntilTheEnd(Row row, Account account) {
        for (var answer = caller.mintAnew(account); ; answer = caller.mintAnew(account)) {
            row.during(answer.code());
            if (answer.code().equals(Caller.Answer.NO_ANSWER)) {
                return;
            }
            world.age(List.of(account));
        }
    }

    /** Which calls about the account a mint takes; the second, for the first after a start may take more. */
    private List<Step> look(Account account) {
        world.age(List.of(account));
        caller.mintAnew(account);
        Queue<Step> seen = new ConcurrentLinkedQueue<>();
        world.age(List.of(account));
        world.disrupt((call, work) -> {
            if (account.equals(call.account())) {
                seen.add(call.step());
            }
            return work.get();
        });
        var answer = caller.mintAnew(account);
        world.disrupt(Disruption.NONE);
        if (!answer.isMinted()) {
            throw new IllegalStateException("An account does not even mint before the first fault: " + answer.code());
        }
        return List.copyOf(seen);
    }

    /** Every place in both sequences, in order. Where not all are wanted: from where a single-use token is first stored. */
    private List<Place> places() {
        var all = new LinkedHashSet<Place>();
        List.of(Kind.SINGLE_USE, Kind.REUSABLE).forEach(kind -> all.addAll(places(kind)));
        var ordered = List.copyOf(all);
        return scale.everything() ? ordered : ordered.subList(ordered.indexOf(firstStore()), ordered.size());
    }

    /** The call by which a single-use token is first stored. */
    private Place firstStore() {
        return places(Kind.SINGLE_USE).stream()
                .filter(place ->
                        place.step().method().equals("POST") && !place.step().equals(Step.REFRESH))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("A rotation that stores nothing: " + steps));
    }

    private List<Place> places(Kind kind) {
        var calls = steps.getOrDefault(kind, List.of());
        var places = new ArrayList<Place>();
        for (var number = 0; number < calls.size(); number++) {
            var step = calls.get(number);
            places.add(new Place(step, Collections.frequency(calls.subList(number, calls.size()), step)));
        }
        return places;
    }

    private Map<Kind, Point> points(Place place, boolean afterCommit) {
        var points = new EnumMap<Kind, Point>(Kind.class);
        for (var kind : Kind.values()) {
            var number = places(kind).indexOf(place);
            if (number >= 0) {
                points.put(kind, new Point(number, afterCommit));
            }
        }
        return points;
    }

    private String words(Kind kind, Place place) {
        return "call %d, %s".formatted(places(kind).indexOf(place) + 1, place.step());
    }

    /**
     * A call in the sequence of a mint, so named that both kinds' sequences can be gone through together.
     *
     * @param fromTheEnd 1 for the last call of its sort
     */
    private record Place(Step step, int fromTheEnd) {}

    private static String ahead(Duration by) {
        return by.isNegative() ? "5 min behind the broker's" : "5 min ahead of the broker's";
    }
}
