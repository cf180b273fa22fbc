package io.tokenbroker.bench;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.EarlierLink;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.Tenant;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Starts the packaged broker with a thousand linked accounts and twenty clients, and the bare endpoint as another process
 * of the same kind; then loads them in turn, a few seconds each, so that whatever else the machine does meets both. What
 * counts is the median of the rounds' ratios.
 */
public final class Bench {

    private static final int ACCOUNTS = 1_000;
    private static final int USERS = 250;
    private static final int CLIENTS = 20;
    private static final int BROKER_PORT = 18_080;
    private static final int BARE_PORT = 18_081;
    private static final double GOAL = 0.6;
    private static final String EVENT_LOOPS = "quarkus.vertx.event-loops-pool-size";

    /** Until the compiler has done its work on both. */
    private static final int WARM_UP_SECONDS = 45;

    private static final Path WORK = Path.of("target", "bench-run");

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        var rounds = number("BENCH_ROUNDS", 11);
        var seconds = number("BENCH_SECONDS", 4);
        Files.createDirectories(WORK);
        try (var sandbox = Sandbox.start(0, 0)) {
            var accounts = link(sandbox);
            var keys = keys();
            var broker = start("broker", "target/quarkus-app", BROKER_PORT, settings(sandbox, keys));
            var bare = start("bare", "target/bench/quarkus-app", BARE_PORT, asTheBrokersServer());
            try {
                var requests = warm(accounts, keys);
                var load = Load.choose();
                System.out.printf(
                        "%d accounts of %d users, %d clients, policy and caller checked; %d rounds of %d s by %s%n%n",
                        ACCOUNTS, USERS, CLIENTS, rounds, seconds, load.name());
                var bareEndpoint = new Endpoint(bare, BARE_PORT, requests.bare());
                var cachedMint = new Endpoint(broker, BROKER_PORT, requests.mint());
                System.exit(compare(load, bareEndpoint, cachedMint, rounds, seconds) ? 0 : 1);
            } finally {
                broker.destroy();
                bare.destroy();
            }
        }
    }

    private static boolean compare(Load load, Endpoint bareEndpoint, Endpoint cachedMint, int rounds, int seconds)
            throws Exception {
        bareEndpoint.run(load, WARM_UP_SECONDS);
        cachedMint.run(load, WARM_UP_SECONDS);
        var bare = new ArrayList<Measured>();
        var mint = new ArrayList<Measured>();
        System.out.printf(
                "%-8s %14s %8s %8s %16s %8s %8s %7s%n",
                "round", "bare req/s", "p99 ms", "CPU µs", "cached mint/s", "p99 ms", "CPU µs", "ratio");
        for (var round = 1; round <= rounds; round++) {
            var one = bareEndpoint.run(load, seconds);
            var other = cachedMint.run(load, seconds);
            bare.add(one);
            mint.add(other);
            print(String.valueOf(round), one, other, other.ratioTo(one));
        }
        var ratio = medianRatio(bare, mint);
        print("median", Measured.median(bare), Measured.median(mint), ratio);
        var errors = Stream.concat(bare.stream(), mint.stream())
                .mapToLong(measured -> measured.result().errors())
                .sum();
        System.out.printf("%nratio %.2f (goal: at least %.1f), errors %d%n", ratio, GOAL, errors);
        return ratio >= GOAL && errors == 0;
    }

    /** Of each round's two, which met the same minute of the machine. */
    private static double medianRatio(List<Measured> bare, List<Measured> mint) {
        var ratios = IntStream.range(0, bare.size())
                .mapToDouble(round -> mint.get(round).ratioTo(bare.get(round)))
                .sorted()
                .toArray();
        return ratios[ratios.length / 2];
    }

    private static void print(String round, Measured bare, Measured mint, double ratio) {
        System.out.printf(
                "%-8s %14.0f %8.2f %8.1f %16.0f %8.2f %8.1f %7.2f%n",
                round,
                bare.result().perSecond(),
                bare.result().p99Millis(),
                bare.cpuMicros(),
                mint.result().perSecond(),
                mint.result().p99Millis(),
                mint.cpuMicros(),
                ratio);
    }

    private static List<String> link(Sandbox sandbox) {
        sandbox.entra().directory().addGenerated(ACCOUNTS);
        var earlier = new EarlierLink(sandbox);
        var accounts = new ArrayList<String>();
        var users = IntStream.range(0, USERS)
                .mapToObj(i -> sandbox.fusionAuth().addUser("user-%d@example.com".formatted(i), "User"))
                .toList();
        for (var i = 1; i <= ACCOUNTS; i++) {
            var email = "user-%04d@contoso.com".formatted(i);
            var link = earlier.add(users.get(i % USERS).id(), Sandbox.CONTOSO, Tenant.CONTOSO, email);
            accounts.add(new AccountId(link.identityProviderId(), link.identityProviderUserId()).toString());
        }
        return accounts;
    }

    private static Map<String, String> keys() {
        var keys = new HashMap<String, String>();
        for (var i = 1; i <= CLIENTS; i++) {
            var name = "client%02d".formatted(i);
            keys.put(
                    name,
                    "tbk_%s_%s".formatted(name, "%02d".formatted(i).repeat(22).substring(0, 43)));
        }
        return keys;
    }

    private static Map<String, String> settings(Sandbox sandbox, Map<String, String> keys) {
        var settings = new HashMap<>(sandbox.settings());
        keys.forEach((name, key) -> {
            settings.put("broker.clients.%s.key-sha256".formatted(name), sha256(key));
            settings.put("broker.clients.%s.providers".formatted(name), Sandbox.CONTOSO + "," + Sandbox.FABRIKAM);
            settings.put(
                    "broker.clients.%s.resources".formatted(name),
                    "https://management.azure.com,https://graph.microsoft.com");
            settings.put("broker.clients.%s.requests-per-minute".formatted(name), "1000000000");
        });
        return settings;
    }

    /** The bare endpoint has as many event loops as the broker, which are chosen for what happens beside cached mints. */
    private static Map<String, String> asTheBrokersServer() throws IOException {
        var settings = new Properties();
        try (var file = Bench.class.getResourceAsStream("/application.properties")) {
            settings.load(file);
        }
        return Map.of(EVENT_LOOPS, settings.getProperty(EVENT_LOOPS));
    }

    private static Process start(String name, String app, int port, Map<String, String> settings) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        settings.forEach((key, value) -> command.add("-D%s=%s".formatted(key, value)));
        command.addAll(List.of(
                "-Dquarkus.http.port=" + port, "-Dquarkus.management.port=0", "-jar", app + "/quarkus-run.jar"));
        var log = WORK.resolve(name + ".log").toFile();
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        for (var tries = 0; tries < 300; tries++) {
            if (Files.readString(log.toPath()).contains("Listening on")) {
                return process;
            }
            process.waitFor(100, TimeUnit.MILLISECONDS);
        }
        throw new IllegalStateException(name + " did not start; see " + log);
    }

    /** Every account minted once, so that the load finds them all in the cache; returns what to send. */
    private static Requests warm(List<String> accounts, Map<String, String> keys) throws Exception {
        var names = List.copyOf(keys.values());
        var mint = new ArrayList<String>();
        try (var http = HttpClient.newHttpClient()) {
            for (var i = 0; i < accounts.size(); i++) {
                var path = "/accounts/%s/token".formatted(accounts.get(i));
                var authorization = "Bearer " + names.get(i % names.size());
                mint.add(path + "\t" + authorization);
                var request = HttpRequest.newBuilder(URI.create("http://localhost:" + BROKER_PORT + path))
                        .header("Authorization", authorization)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(Load.BODY))
                        .build();
                var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    throw new IllegalStateException("A mint was refused: " + answer.statusCode());
                }
            }
        }
        return new Requests(
                write("mint.tsv", mint),
                write(
                        "bare.tsv",
                        mint.stream()
                                .map(line -> "/bare" + line.substring(line.indexOf('\t')))
                                .toList()));
    }

    private static Path write(String name, List<String> lines) throws IOException {
        return Files.write(WORK.resolve(name), lines);
    }

    private static int number(String variable, int otherwise) {
        return Optional.ofNullable(System.getenv(variable))
                .map(Integer::valueOf)
                .orElse(otherwise);
    }

    private static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The files of requests to send, a line each: path, tab, Authorization. */
    private record Requests(Path mint, Path bare) {}

    /** What is loaded: a process, its port and the requests to send. */
    private record Endpoint(Process process, int port, Path requests) {

        Measured run(Load load, int seconds) throws IOException, InterruptedException {
            var before = cpuTime();
            var result = load.run(port, requests, seconds);
            var micros = cpuTime().minus(before).toNanos() / 1_000.0;
            return new Measured(result, micros / (result.perSecond() * seconds));
        }

        private Duration cpuTime() {
            return process.info().totalCpuDuration().orElse(Duration.ZERO);
        }
    }

    /** @param cpuMicros of processor time of the loaded process for each request: what else runs here changes it least */
    private record Measured(Load.Result result, double cpuMicros) {

        static Measured median(List<Measured> rounds) {
            return rounds.stream()
                    .sorted(Comparator.comparingDouble(round -> round.result().perSecond()))
                    .toList()
                    .get(rounds.size() / 2);
        }

        double ratioTo(Measured other) {
            return result.perSecond() / other.result().perSecond();
        }
    }
}
