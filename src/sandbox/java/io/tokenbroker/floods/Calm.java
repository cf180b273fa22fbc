package io.tokenbroker.floods;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private final ExecutorService threads;
    private int minted;

    Calm(World world, ExecutorService threads) {
        this.world = world;
        this.threads = threads;
        this.broker = world.broker();
    }

    /** Mints for so long, cached and uncached, each on connections of its own. */
    Measured during(Duration length) {
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

    /** Each is sent when it is due, whether or not those before have been answered, and time counts from then. */
    private Samples mints(Duration length, Duration between, IntFunction<Call> next) {
        var sent = new ArrayList<CompletableFuture<Mint>>();
        try (var http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            var begun = System.nanoTime();
            for (var i = 0; i * between.toNanos() < length.toNanos(); i++) {
                var due = begun + i * between.toNanos();
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                var call = next.apply(i);
                sent.add(CompletableFuture.supplyAsync(() -> Mint.of(call.send(http, broker), due), threads));
            }
            return Samples.of(sent.stream().map(CompletableFuture::join).toList());
        }
    }

    /** @param failure status and body of an answer that was no token */
    private record Mint(double millis, Optional<String> failure) {

        static Mint of(Optional<HttpResponse<String>> answer, long due) {
            var millis = (System.nanoTime() - due) / 1e6;
            var status = answer.map(HttpResponse::statusCode).orElse(0);
            var failure = status + " " + answer.map(HttpResponse::body).orElse("no answer");
            return new Mint(millis, status == 200 ? Optional.empty() : Optional.of(failure));
        }
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

        private static Samples of(List<Mint> mints) {
            return new Samples(
                    mints.stream().map(Mint::millis).toList(),
                    mints.stream().map(Mint::failure).flatMap(Optional::stream).toList());
        }

        double p99() {
            var sorted = millis.stream().sorted().toList();
            return sorted.get(Math.min(sorted.size() - 1, (int) (sorted.size() * 0.99)));
        }
    }
}
