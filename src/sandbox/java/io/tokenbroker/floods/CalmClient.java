package io.tokenbroker.floods;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.floods.Calm.Measured;
import io.tokenbroker.floods.Calm.Samples;
import io.tokenbroker.floods.Calm.Task;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Mints steadily for as long as each line of its input says, and prints how long each mint took and which failed. */
final class CalmClient {

    private static final Duration BETWEEN_CACHED = Duration.ofMillis(5);
    private static final Duration BETWEEN_UNCACHED = Duration.ofMillis(40);

    private static final String FORCED = ",\"force_refresh\":true";

    private final Task task;
    private final ExecutorService threads;
    private int minted;

    private CalmClient(Task task, ExecutorService threads) {
        this.task = task;
        this.threads = threads;
    }

    public static void main(String[] arguments) throws IOException {
        var json = new ObjectMapper();
        try (var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                var threads = Executors.newCachedThreadPool()) {
            var client = new CalmClient(json.readValue(input.readLine(), Task.class), threads);
            for (var line = input.readLine(); line != null; line = input.readLine()) {
                System.out.println(json.writeValueAsString(client.during(Duration.ofMillis(Long.parseLong(line)))));
            }
        }
    }

    /** Cached and uncached, each on connections of its own. */
    private Measured during(Duration length) {
        var accounts = task.accounts();
        var cached = CompletableFuture.supplyAsync(
                () -> mints(length, BETWEEN_CACHED, i -> mint(accounts.getFirst(), "")), threads);
        var from = minted;
        var uncached = mints(
                length, BETWEEN_UNCACHED, i -> mint(accounts.get(1 + (from + i) % (accounts.size() - 1)), FORCED));
        minted = from + uncached.millis().size();
        return new Measured(cached.join(), uncached);
    }

    private Call mint(String account, String more) {
        return Call.mint(account, task.key(), "{\"resource\":\"https://graph.microsoft.com\"%s}".formatted(more));
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
                sent.add(CompletableFuture.supplyAsync(() -> Mint.of(call.send(http, task.broker()), due), threads));
            }
            var mints = sent.stream().map(CompletableFuture::join).toList();
            return new Samples(
                    mints.stream().map(Mint::millis).toList(),
                    mints.stream().map(Mint::failure).flatMap(Optional::stream).toList());
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
}
