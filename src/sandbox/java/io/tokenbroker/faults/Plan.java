package io.tokenbroker.faults;

import io.tokenbroker.faults.AtStep.Event;
import io.tokenbroker.faults.Places.Place;
import io.tokenbroker.faults.Trial.Ending;
import io.tokenbroker.faults.Trial.Loss;
import io.tokenbroker.sandbox.wire.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/** The faults of providers, of FusionAuth and of people. They heal while the same brokers run on. */
final class Plan {

    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    /** Longer than the broker takes to read the providers again. */
    private static final Duration UNTIL_SETTINGS_ARE_READ = Duration.ofSeconds(35);

    private final World world;
    private final BrokerClient caller;
    private final Trials trials;
    private final Places places;
    private final Scale scale;

    Plan(World world, BrokerClient caller, Trials trials, Places places, Scale scale) {
        this.world = world;
        this.caller = caller;
        this.trials = trials;
        this.places = places;
        this.scale = scale;
    }

    void providers() {
        for (var mishap : scale.some(List.of(Mishap.values()), 2)) {
            trials.run(Trial.of("provider: " + mishap, mishap.befalling(Call::isRefresh, false)));
        }
        for (var mishap : scale.some(List.of(Mishap.CLOSED, Mishap.GATEWAY, Mishap.HANG), 1)) {
            trials.run(
                    Trial.of("provider: %s, once committed".formatted(mishap), mishap.befalling(Call::isRefresh, true))
                            .losing(Loss.NEWEST_TOKEN)
                            .atOnceBut(0));
        }
    }

    /** Success in other words than usual, which must cost nothing at all. */
    void dress() {
        for (var coding : scale.some(List.of("gzip", "deflate"), 1)) {
            trials.run(Trial.of("success in another dress: 201, %s".formatted(coding), (call, work) -> {
                        var reply = work.get();
                        return call.isRefresh() && reply.status() == 200
                                ? reply.withStatus(201).compressed(coding)
                                : reply;
                    })
                    .mintingMeanwhile());
        }
    }

    void fusionAuth() {
        for (var object : List.of("link", "user")) {
            for (var mishap : scale.some(List.of(Mishap.values()), 1)) {
                trials.run(Trial.of(
                        "FusionAuth's GET of a %s: %s".formatted(object, mishap),
                        mishap.befalling(call -> call.isOf(object), false)));
            }
        }
    }

    /** Once for each account, so that what comes after it is true. */
    void lies() {
        var lies = new TreeMap<>(
                Map.of("a proxy's 200 with HTML", Reply.html(200, "<html></html>"), "an empty 404", Reply.empty(404)));
        for (var place : scale.some(
                places.all().stream().filter(place -> !place.isRefresh()).toList(), 0)) {
            var points = places.points(place, false);
            lies.forEach((words, reply) -> trials.run(Trial.of("", new AtStep(points, new Event.Answered(reply)))
                    .named(kind -> "once %s instead of %s".formatted(words, places.words(kind, place)))
                    .onlyFor(points.keySet())));
        }
    }

    void people() {
        for (var place : scale.some(places.all(), 3)) {
            unlinked(place);
            var points = places.points(place, false);
            trials.run(Trial.of("", new AtStep(points, new Event.Done(world::authorizeAgainElsewhere)))
                    .named(kind -> "signed in again elsewhere before " + places.words(kind, place))
                    .onlyFor(points.keySet())
                    .endingIn(account -> Ending.MINTS_BY_THE_LATEST_SIGN_IN));
        }
        authorizedAgain();
    }

    private void unlinked(Place place) {
        var points = places.points(place, false);
        var endings = new ConcurrentHashMap<Account, Ending>();
        trials.run(Trial.of("", new AtStep(points, new Event.Done(account -> {
                    if (world.unlinkElsewhere(account)) {
                        endings.put(account, Ending.STAYS_UNLINKED);
                    }
                })))
                .named(kind -> "unlinked in FusionAuth before " + places.words(kind, place))
                .onlyFor(points.keySet())
                .endingIn(account -> endings.getOrDefault(account, Ending.MINTS)));
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

    void clocks() {
        for (var by : scale.some(List.of(FIVE_MINUTES.negated(), FIVE_MINUTES), 1)) {
            world.stepClocks(by);
            trials.run(Trial.of("clocks of FusionAuth and Entra %s".formatted(ahead(by)), Disruption.NONE)
                    .healedBy(() -> world.stepClocks(by.negated())));
            var stepped = new AtomicBoolean();
            trials.run(Trial.of(
                            "the same clocks step in the middle of a refresh, until %s".formatted(ahead(by)),
                            (call, work) -> {
                                var reply = work.get();
                                if (call.isRefresh() && stepped.compareAndSet(false, true)) {
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

    void secrets() {
        if (scale.everything()) {
            trials.run(Trial.of("client secret expired, mended in FusionAuth", world.expireSecrets())
                    .healedBy(world::mendSecrets)
                    .within(UNTIL_SETTINGS_ARE_READ));
        }
    }

    private static String ahead(Duration by) {
        return by.isNegative() ? "5 min behind the broker's" : "5 min ahead of the broker's";
    }
}
