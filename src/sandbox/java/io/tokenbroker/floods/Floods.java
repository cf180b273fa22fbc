package io.tokenbroker.floods;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Floods each endpoint by one caller, a quiet round before each round of a flood, so that whatever else the machine does
 * meets both, and measures another client's mints. What counts is the median of the rounds.
 */
public final class Floods {

    /** Until the compiler has done its work; the client who floods may send again after a minute. */
    private static final Duration WARM_UP = Duration.ofSeconds(75);

    private Floods() {}

    public static void main(String[] arguments) throws Exception {
        var scale = Scale.of(System.getenv());
        var rows =
                run(scale, scale.rounds() == 1 ? scale.length() : WARM_UP, row -> System.out.println(Report.line(row)));
        Files.writeString(Path.of("docs", "floods.md"), Report.of(scale, rows));
        System.exit(rows.stream().allMatch(Row::isHeld) ? 0 : 1);
    }

    /** @param onRow told of each flood when it is over */
    static List<Row> run(Scale scale, Duration warmUp, Consumer<Row> onRow) {
        var rows = new ArrayList<Row>();
        try (var world = new World(scale);
                var threads = Executors.newCachedThreadPool();
                var calm = new Calm(world)) {
            var floods = Flood.all(world).stream()
                    .filter(flood -> flood.name().contains(scale.only()))
                    .toList();
            for (var flood : floods) {
                var raging = new Raging(flood, scale, world, new ConcurrentHashMap<>(), threads);
                calm.during(warmUp.dividedBy(20));
                raging.end();
            }
            calm.during(warmUp);
            for (var flood : floods) {
                var row = row(flood, scale, calm, world, threads);
                rows.add(row);
                onRow.accept(row);
            }
        }
        return rows;
    }

    private static Row row(Flood flood, Scale scale, Calm calm, World world, ExecutorService threads) {
        var quiet = new ArrayList<Calm.Measured>();
        var flooded = new ArrayList<Calm.Measured>();
        var answers = new ConcurrentHashMap<Integer, Integer>();
        for (var round = 0; round < scale.rounds(); round++) {
            quiet.add(calm.during(scale.length()));
            var raging = new Raging(flood, scale, world, answers, threads);
            flooded.add(calm.during(scale.length()));
            raging.end();
        }
        return new Row(flood, quiet, flooded, new TreeMap<>(answers));
    }

    /** A flood under way, until it is ended. */
    private static final class Raging {

        private final HttpClient http;
        private final List<CompletableFuture<Void>> connections;
        private volatile boolean isOver;

        Raging(Flood flood, Scale scale, World world, Map<Integer, Integer> answers, ExecutorService threads) {
            http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .executor(threads)
                    .build();
            connections = IntStream.range(0, scale.connections())
                    .mapToObj(i -> CompletableFuture.runAsync(() -> rage(flood, scale, world, answers), threads))
                    .toList();
        }

        private void rage(Flood flood, Scale scale, World world, Map<Integer, Integer> answers) {
            pass(spread(scale.pause()));
            while (!isOver) {
                var answer = flood.next().get().send(http, world.broker());
                answers.merge(answer.map(HttpResponse::statusCode).orElse(0), 1, Integer::sum);
                pass(spread(scale.pause()));
            }
        }

        /** Exponential round its mean, or all connections would soon send in step. */
        private static Duration spread(Duration mean) {
            return Duration.ofNanos((long)
                    (mean.toNanos() * -Math.log(1 - ThreadLocalRandom.current().nextDouble())));
        }

        private static void pass(Duration time) {
            try {
                TimeUnit.NANOSECONDS.sleep(time.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void end() {
            isOver = true;
            connections.forEach(CompletableFuture::join);
            http.close();
        }
    }
}
