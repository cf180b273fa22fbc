package io.tokenbroker.floods;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** The other client: it mints steadily, and notes how long each mint took and which failed. */
final class Calm {

    private static final Duration BETWEEN_CACHED = Duration.ofMillis(5);
    private static final Duration BETWEEN_UNCACHED = Duration.ofMillis(40);

    private static final String FORCED = ",\"force_refresh\":true";

    private final World world;
    private final URI broker;
    private int minted;

    Calm(World world) {
        this.world = world;
        this.broker = world.broker();
    }

    /** Mints for so long, cached and uncached, each on a connection of its own. */
    Measured during(Duration length, ExecutorService threads) {
        var accounts = world.calmAccounts();
        var cached = CompletableFuture.supplyAsync(
                () -> mints(length, BETWEEN_CACHED, i -> mint(accounts.getFirst(), "")), threads);
        var from = minted;
        var uncached = mints(
                length, BETWEEN_UNCACHED, i -> mint(accounts.get(1 + (from + i) % (accounts.size() - 1)), FORCED));
        minted = from + uncached.millis().size();
        return new Measured(cached.join(), uncached);
    }

    private static Call mint(String account, String more) {
        return Call.mint(account, World.CALM_KEY, "{\"resource\":\"https://graph.microsoft.com\"%s}".formatted(more));
    }

    /** Time counts from when a request was due, so that one slow answer does not hide those that wait behind it. */
    private Samples mints(Duration length, Duration between, IntFunction<Call> next) {
        var millis = new ArrayList<Double>();
        var failures = new ArrayList<String>();
        try (var http = HttpClient.newHttpClient()) {
            var begun = System.nanoTime();
            for (var i = 0; i * between.toNanos() < length.toNanos(); i++) {
                var due = begun + i * between.toNanos();
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                var answer = next.apply(i).send(http, broker);
                millis.add((System.nanoTime() - due) / 1e6);
                var status = answer.map(HttpResponse::statusCode).orElse(0);
                if (status != 200) {
                    failures.add(status + " " + answer.map(HttpResponse::body).orElse("no answer"));
                }
            }
        }
        return new Samples(millis, failures);
    }

    record Measured(Samples cached, Samples uncached) {

        List<String> failures() {
            var all = new ArrayList<>(cached.failures());
            all.addAll(uncached.failures());
            return all;
        }
    }

    /** @param failures status and body of each answer that was no token */
    record Samples(List<Double> millis, List<String> failures) {

        double p99() {
            var sorted = millis.stream().sorted().toList();
            return sorted.get(Math.min(sorted.size() - 1, (int) (sorted.size() * 0.99)));
        }
    }
}
