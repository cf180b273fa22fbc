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
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Loads the packaged broker, with a thousand linked accounts and twenty clients, in turn with the bare endpoint, so that whatever
 * else the machine does meets both; and another build, if one is given, also at once with it. Medians count.
 */
public final class Bench {

    private static final int ACCOUNTS = 1_000;
    private static final int USERS = 250;
    private static final int CLIENTS = 20;
    private static final int BROKER_PORT = 18_080;
    private static final int BARE_PORT = 18_081;
    private static final int OTHER_PORT = 18_082;
    private static final double GOAL = 0.6;
    private static final String EVENT_LOOPS = "quarkus.vertx.event-loops-pool-size";

    private static final int ROUNDS = 5;

    /** Of two brokers side by side, each started anew: processes of one build differ by what the compiler made of them. */
    private static final int PAIRS = 3;

    private static final int SLICES_OF_A_PAIR = 3;
    private static final int WARM_UP_TURNS_OF_A_PAIR = 2;

    /** Longer than the 20 seconds after which links in use are read anew, so that each round has that. */
    private static final int SECONDS = 30;

    /** Not measured: what nobody has asked for meanwhile is read anew. */
    private static final int LEAD_IN_SECONDS = 5;

    /** The compiler gets little of a machine under load, and finds more to do after each load. */
    private static final int WARM_UP_TURNS = 4;

    private static final int WARM_UP_SECONDS = 20;

    /** Of a process that has nothing left to compile: its timers alone. */
    private static final Duration IDLE = Duration.ofMillis(50);

    private static final long LOOK_MILLIS = 500;
    private static final int MOST_LOOKS = 60;

    private static final Path WORK = Path.of("target", "bench-run");

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        var rounds = number("BENCH_ROUNDS", ROUNDS);
        var seconds = number("BENCH_SECONDS", SECONDS);
        var other = Optional.ofNullable(System.getenv("BENCH_OTHER"));
        Files.createDirectories(WORK);
        try (var sandbox = Sandbox.start(0, 0)) {
            var accounts = link(sandbox);
            var keys = keys();
            var requests = Requests.write(accounts, keys);
            var builds = new Builds(settings(sandbox, keys), requests.mint(), other);
            var bare = start("bare", "target/bench/quarkus-app", BARE_PORT, asTheBrokersServer());
            try {
                var load = Load.choose();
                System.out.printf(
                        "%d accounts of %d users, %d clients, policy and caller checked; %d rounds of %d s by %s%n%n",
                        ACCOUNTS, USERS, CLIENTS, rounds, seconds, load.name());
                var isHeld = compare(load, new Endpoint(bare, BARE_PORT, requests.bare()), builds, rounds, seconds);
                System.exit(isHeld ? 0 : 1);
            } finally {
                bare.destroy();
            }
        }
    }

    /** This build must reach the goal. */
    private static boolean compare(Load load, Endpoint bareEndpoint, Builds builds, int rounds, int seconds)
            throws Exception {
        var brokers = builds.start();
        var measured = inTurn(load, bareEndpoint, brokers, rounds, seconds);
        stop(brokers);
        var slices = brokers.size() == 1 ? List.<Slice>of() : sideBySide(load, builds, seconds);
        var errors = Stream.concat(
                        Stream.concat(Stream.of(measured.bare()), measured.mints().stream())
                                .flatMap(List::stream),
                        slices.stream().flatMap(slice -> Stream.of(slice.broker(), slice.other())))
                .mapToLong(one -> one.result().errors())
                .sum();
        var ratio = medianRatio(measured.bare(), measured.mints().getFirst());
        System.out.printf("%nratio %.2f (goal: at least %.1f), errors %d%n", ratio, GOAL, errors);
        var isNear = slices.isEmpty() || isNear(ratio, slices);
        return ratio >= GOAL && errors == 0 && isNear;
    }

    private static Rounds inTurn(Load load, Endpoint bareEndpoint, List<Endpoint> brokers, int rounds, int seconds)
            throws Exception {
        for (var turn = 0; turn < WARM_UP_TURNS; turn++) {
            bareEndpoint.warmUp(load);
            for (var broker : brokers) {
                broker.warmUp(load);
            }
        }
        var bare = new ArrayList<Measured>();
        var mints = brokers.stream()
                .<List<Measured>>map(broker -> new ArrayList<>())
                .toList();
        System.out.printf(
                "%-8s %14s %8s %8s %16s %8s %8s %7s%n",
                "round", "bare req/s", "p99 ms", "CPU µs", "cached mint/s", "p99 ms", "CPU µs", "ratio");
        for (var round = 1; round <= rounds; round++) {
            var one = bareEndpoint.run(load, seconds);
            bare.add(one);
            for (var turn = 0; turn < brokers.size(); turn++) {
                // Each comes first in turn: what is loaded after the bare endpoint may have it easier.
                var i = (turn + round) % brokers.size();
                var mint = brokers.get(i).run(load, seconds);
                mints.get(i).add(mint);
                print(i == 0 ? String.valueOf(round) : "other", one, mint, mint.ratioTo(one));
            }
        }
        for (var mint : mints) {
            print("median", Measured.median(bare), Measured.median(mint), medianRatio(bare, mint));
        }
        return new Rounds(bare, mints);
    }

    /** Both loaded at once, for in rounds of their own two processes of one build differ by 0.1. */
    private static List<Slice> sideBySide(Load load, Builds builds, int seconds) throws Exception {
        var slices = new ArrayList<Slice>();
        try (var second = Executors.newSingleThreadExecutor()) {
            for (var pair = 0; pair < PAIRS; pair++) {
                var brokers = builds.start();
                for (var turn = 0; turn < WARM_UP_TURNS_OF_A_PAIR; turn++) {
                    var _ = atOnce(second, brokers, load, WARM_UP_SECONDS);
                }
                for (var slice = 0; slice < SLICES_OF_A_PAIR; slice++) {
                    slices.add(atOnce(second, brokers, load, seconds));
                }
                stop(brokers);
            }
        }
        return slices;
    }

    private static Slice atOnce(ExecutorService second, List<Endpoint> brokers, Load load, int seconds)
            throws Exception {
        var other = second.submit(() -> brokers.getLast().run(load, seconds));
        var broker = brokers.getFirst().run(load, seconds);
        return new Slice(broker, other.get());
    }

    /** Whether this build costs at most BENCH_MOST_COST of the bare endpoint's throughput more than the other. */
    private static boolean isNear(double ratio, List<Slice> slices) {
        var times = slices.stream().mapToDouble(Slice::cpuRatio).toArray();
        var cost = ratio * (median(DoubleStream.of(times)) - 1);
        System.out.printf(
                "side by side a mint took %s times the other broker's processor time: that costs %.3f of the ratio%n",
                DoubleStream.of(times).mapToObj("%.3f"::formatted).collect(Collectors.joining(", ")), cost);
        return Optional.ofNullable(System.getenv("BENCH_MOST_COST"))
                .map(Double::valueOf)
                .filter(most -> cost > most)
                .isEmpty();
    }

    /** Of each round's two, which met the same minute of the machine. */
    private static double medianRatio(List<Measured> bare, List<Measured> mint) {
        return median(IntStream.range(0, bare.size())
                .mapToDouble(round -> mint.get(round).ratioTo(bare.get(round))));
    }

    private static double median(DoubleStream of) {
        var sorted = of.sorted().toArray();
        return sorted[sorted.length / 2];
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

    /** Every account minted once, so that the load finds them all in the cache. */
    private static Endpoint warm(Process broker, int port, Path mints) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            for (var line : Files.readAllLines(mints)) {
                var tab = line.indexOf('\t');
                var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + line.substring(0, tab)))
                        .header("Authorization", line.substring(tab + 1))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(Load.BODY))
                        .build();
                var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    throw new IllegalStateException("A mint was refused: " + answer.statusCode());
                }
            }
        }
        return new Endpoint(broker, port, mints);
    }

    private static void stop(List<Endpoint> brokers) throws InterruptedException {
        for (var broker : brokers) {
            broker.process().destroy();
            broker.process().waitFor();
        }
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
    private record Requests(Path mint, Path bare) {

        static Requests write(List<String> accounts, Map<String, String> keys) throws IOException {
            var names = List.copyOf(keys.values());
            var mint = IntStream.range(0, accounts.size())
                    .mapToObj(i ->
                            "/accounts/%s/token\tBearer %s".formatted(accounts.get(i), names.get(i % names.size())))
                    .toList();
            var bare = mint.stream()
                    .map(line -> "/bare" + line.substring(line.indexOf('\t')))
                    .toList();
            return new Requests(
                    Files.write(WORK.resolve("mint.tsv"), mint), Files.write(WORK.resolve("bare.tsv"), bare));
        }
    }

    /** This build of the broker, and another if one is given. */
    private record Builds(Map<String, String> settings, Path mints, Optional<String> other) {

        /** Each with a store of its own, and with all tokens in memory. */
        List<Endpoint> start() throws Exception {
            var brokers = new ArrayList<Endpoint>();
            brokers.add(startOne("broker", "target/quarkus-app", BROKER_PORT));
            if (other.isPresent()) {
                brokers.add(startOne("other", other.get(), OTHER_PORT));
            }
            return brokers;
        }

        private Endpoint startOne(String name, String app, int port) throws Exception {
            var own = new HashMap<>(settings);
            var store = Sandbox.stores().resolve("%s-%s.db".formatted(name, UUID.randomUUID()));
            own.put("broker.store.url", "jdbc:sqlite:" + store);
            return warm(Bench.start(name, app, port, own), port, mints);
        }
    }

    /** What was measured of each broker and of the bare endpoint, one after the other. */
    private record Rounds(List<Measured> bare, List<List<Measured>> mints) {}

    /** What was measured of two brokers at once. */
    private record Slice(Measured broker, Measured other) {

        double cpuRatio() {
            return broker.cpuMicros() / other.cpuMicros();
        }
    }

    /** What is loaded: a process, its port and the requests to send. */
    private record Endpoint(Process process, int port, Path requests) {

        Measured run(Load load, int seconds) throws IOException, InterruptedException {
            var _ = load.run(port, requests, LEAD_IN_SECONDS);
            var before = cpuTime();
            var result = load.run(port, requests, seconds);
            var micros = cpuTime().minus(before).toNanos() / 1_000.0;
            settle();
            return new Measured(result, micros / (result.perSecond() * seconds));
        }

        void warmUp(Load load) throws IOException, InterruptedException {
            var _ = load.run(port, requests, WARM_UP_SECONDS);
            settle();
        }

        /** Until it works no more on what it was loaded with, which would burden who is loaded next. */
        private void settle() throws InterruptedException {
            for (var looks = 0; looks < MOST_LOOKS; looks++) {
                var before = cpuTime();
                if (process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)
                        || cpuTime().minus(before).compareTo(IDLE) < 0) {
                    return;
                }
            }
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
