package io.tokenbroker.floods;

import io.tokenbroker.floods.Calm.Measured;
import io.tokenbroker.floods.Calm.Samples;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What one flood did to the other client.
 *
 * @param answers what the flooding caller got, by status; 0 is no answer
 */
record Row(Flood flood, List<Measured> quiet, List<Measured> flooded, Map<Integer, Integer> answers) {

    private static final double GOAL = 2;
    private static final int TOO_MANY_REQUESTS = 429;

    String name() {
        return flood.name();
    }

    List<String> failures() {
        return Stream.concat(quiet.stream(), flooded.stream())
                .flatMap(measured -> measured.failures().stream())
                .toList();
    }

    Figure cached() {
        return figure(Measured::cached);
    }

    Figure uncached() {
        return figure(Measured::uncached);
    }

    /** A cached mint takes at most twice as long, and nobody else fails, while the flood is what its name says. */
    boolean isHeld() {
        return cached().ratio() <= GOAL && failures().isEmpty() && isAsNamed();
    }

    /** Whether the flooding caller got what its flood is named for, or was told that it asks too much. */
    boolean isAsNamed() {
        return Set.of(flood.status(), TOO_MANY_REQUESTS).containsAll(answers.keySet());
    }

    private Figure figure(Function<Measured, Samples> part) {
        var before = quiet.stream().map(part).map(Samples::p99).toList();
        var during = flooded.stream().map(part).map(Samples::p99).toList();
        var ratios = Stream.iterate(0, i -> i < before.size(), i -> i + 1)
                .map(i -> during.get(i) / before.get(i))
                .toList();
        return new Figure(median(before), median(during), median(ratios));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** Medians of the rounds. */
    record Figure(double quietMillis, double floodedMillis, double ratio) {}
}
