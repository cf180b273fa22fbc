package io.tokenbroker.faults;

import io.tokenbroker.faults.AtStep.Point;
import io.tokenbroker.faults.Call.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

/** The calls that a mint makes at FusionAuth and the provider, by a look at one of each kind. */
final class Places {

    private static final int TRIES = 60;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Map<Kind, List<Step>> steps = new EnumMap<>(Kind.class);

    /**
     * A call in the sequence of a mint, so named that both kinds' sequences can be gone through together.
     *
     * @param fromTheEnd 1 for the last call of its sort
     */
    record Place(Step step, int fromTheEnd) {

        boolean isRefresh() {
            return step.equals(Step.REFRESH);
        }
    }

    /** Every account mints once first: the first mint of a sign-in makes more calls, to begin the row. */
    static Places seen(World world, BrokerClient caller, Trials trials) {
        for (var kind : Kind.values()) {
            Waiting.inTurns(world.accounts(kind), account -> mintAtLast(caller, account));
        }
        var places = new Places();
        for (var kind : Kind.values()) {
            places.steps.put(kind, look(world, caller, trials.any(kind)));
        }
        return places;
    }

    /** The first mints of brokers that have just started may be too slow for their own time-outs. */
    static void mintAtLast(BrokerClient caller, Account account) {
        for (var tries = 0; tries < TRIES && !caller.mintAnew(account).isMinted(); tries++) {
            Waiting.pass(PAUSE);
        }
    }

    private static List<Step> look(World world, BrokerClient caller, Account account) {
        Queue<Step> seen = new ConcurrentLinkedQueue<>();
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

    /** Every place in both sequences, in order. */
    List<Place> all() {
        var all = new LinkedHashSet<Place>();
        List.of(Kind.SINGLE_USE, Kind.REUSABLE).forEach(kind -> all.addAll(of(kind)));
        return List.copyOf(all);
    }

    /** How many points there are before such places, of both kinds. */
    int number(Predicate<Place> which) {
        return all().stream()
                .filter(which)
                .mapToInt(place -> points(place, false).size())
                .sum();
    }

    Place refresh() {
        return all().stream().filter(Place::isRefresh).findFirst().orElseThrow();
    }

    /** Where that is for each kind; nowhere for a kind that has no such call. */
    Map<Kind, Point> points(Place place, boolean afterCommit) {
        var points = new EnumMap<Kind, Point>(Kind.class);
        for (var kind : Kind.values()) {
            var number = of(kind).indexOf(place);
            if (number >= 0) {
                points.put(
                        kind,
                        place.isRefresh() ? new Point.Refresh(afterCommit) : new Point.Numbered(number, afterCommit));
            }
        }
        return points;
    }

    String words(Kind kind, Place place) {
        return "call %d, %s".formatted(of(kind).indexOf(place) + 1, place.step());
    }

    private List<Place> of(Kind kind) {
        var calls = steps.getOrDefault(kind, List.of());
        var places = new ArrayList<Place>();
        for (var number = 0; number < calls.size(); number++) {
            var step = calls.get(number);
            places.add(new Place(step, Collections.frequency(calls.subList(number, calls.size()), step)));
        }
        return places;
    }
}
