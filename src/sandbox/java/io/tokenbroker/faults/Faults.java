package io.tokenbroker.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Starts the packaged broker among the stand-ins, does it every harm there is, and counts who still mints. */
public final class Faults {

    /** Of the replicas; with SQLite, the only one. */
    private static final int KILLED = PostgresKills.KILLED;

    private final World world;
    private final Store store;
    private final Scale scale;
    private final Random random;
    private final Map<String, String> logging;
    private final Consumer<Row> printed;

    private Faults(World world, Store store, Scale scale, Map<String, String> logging, Consumer<Row> printed) {
        this.world = world;
        this.store = store;
        this.scale = scale;
        this.random = new Random(scale.seed());
        this.logging = logging;
        this.printed = printed;
    }

    /** {@code REPLICAS}, {@code FAULTS_SEED} and {@code FAULTS_ACCOUNTS} say what differs from the usual run. */
    public static void main(String[] arguments) throws IOException {
        var scale = Scale.full(number("FAULTS_SEED", 1), number("FAULTS_ACCOUNTS", 200), number("REPLICAS", 1));
        System.out.printf(
                "seed %d, %d accounts, %d replicas; who does not mint in time stands as lost until asked again in the end%n%n",
                scale.seed(), scale.accounts(), scale.replicas());
        var report = run(scale, Map.of("quarkus.log.level", "INFO"), row -> System.out.println(Report.line(row)));
        Files.writeString(Path.of("docs", report.fileName()), report.markdown());
        System.out.printf("%n%s%n", report.summary());
        System.exit(report.isGood() ? 0 : 1);
    }

    /** @param printed gets each row as soon as it is there; accounts that are late still count as lost then */
    static Report run(Scale scale, Map<String, String> logging, Consumer<Row> printed) {
        var begun = System.nanoTime();
        try (Store store = scale.replicas() == 1
                        ? new SqliteStore(scale.everything())
                        : new PostgresStore(scale.replicas());
                var world = new World(scale.accounts(), store)) {
            var faults = new Faults(world, store, scale, logging, printed);
            var trials = faults.trials();
            var bystander = scale.hanging().isZero() ? Optional.<Bystander.Outcome>empty() : faults.bystander();
            return new Report(scale, trials.rows(), bystander, (System.nanoTime() - begun) / 1_000_000_000);
        }
    }

    private Trials trials() {
        var settings = settings(hurry());
        try (var brokers = new Brokers("faults", settings)) {
            brokers.reconfigure(KILLED, patient());
            brokers.start();
            var caller = brokers.all();
            var trials = new Trials(world, store, caller, random, scale.share(), printed);
            var places = Places.seen(world, caller, trials);
            var plan = new Plan(world, caller, trials, places, scale);
            var harms = new StorePlan(world, store, brokers, trials, places, scale);
            switch (store) {
                case SqliteStore file ->
                    with(
                            trials,
                            plan,
                            harms,
                            new SqliteKills(world, file, brokers, trials, places, scale),
                            settings.get(KILLED));
                case PostgresStore server ->
                    with(
                            trials,
                            plan,
                            harms,
                            new PostgresKills(world, server, brokers, trials, places, scale),
                            settings.get(KILLED));
            }
            trials.settle(scale.late());
            return trials;
        }
    }

    private void with(Trials trials, Plan plan, StorePlan harms, SqliteKills kills, Map<String, String> settings) {
        kills.atEachPoint(settings);
        plan.fusionAuth();
        plan.people();
        trials.awaitBackground();
        for (var time = 1; time <= scale.randomKills(); time++) {
            kills.underLoad(time, random);
            if (time == 1) {
                plan.lies();
                plan.clocks();
            }
            trials.awaitBackground();
        }
        plan.providers();
        plan.dress();
        plan.secrets();
        harms.carryOut();
        atTheEnd(trials);
        if (scale.everything()) {
            kills.storeLost();
        }
    }

    private void with(Trials trials, Plan plan, StorePlan harms, PostgresKills kills, Map<String, String> settings) {
        kills.atEachPoint(settings);
        plan.fusionAuth();
        plan.people();
        trials.awaitBackground();
        for (var time = 1; time <= scale.randomKills(); time++) {
            kills.underLoad(time, random);
            if (time == 1) {
                plan.lies();
                plan.clocks();
            }
            trials.awaitBackground();
        }
        kills.stoppedForAWhile();
        if (scale.everything()) {
            kills.postgresqlKilledUnderLoad();
            plan.providers();
            plan.dress();
            plan.secrets();
            kills.awaitNewSecrets();
            harms.carryOut();
        }
        atTheEnd(trials);
    }

    private void atTheEnd(Trials trials) {
        trials.settle(scale.late());
        trials.run(Trial.of("in the end, with nothing wrong", Disruption.NONE).by(scale.accounts()));
    }

    private Optional<Bystander.Outcome> bystander() {
        try (var brokers = new Brokers("faults-bystander", settings(Map.of())).start()) {
            return Optional.of(new Bystander(world, store, brokers, scale, random).measure(printed));
        }
    }

    /** The broker gives up on a provider sooner than in production, or the harness would wait for it all day. */
    private Map<String, String> hurry() {
        return Map.of(
                "provider.send-timeout", scale.replicas() == 1 ? "3s" : "5s", "broker.accounts.recheck-after", "0s");
    }

    /** For a broker that is to be killed when accounts wait at every point: none of them may give up before that. */
    private Map<String, String> patient() {
        var settings = new HashMap<>(settings(Map.of(
                        "broker.accounts.recheck-after",
                        "0s",
                        "provider.send-timeout",
                        "40s",
                        "quarkus.rest-client.provider.read-timeout",
                        "39500"))
                .get(KILLED));
        if (store instanceof PostgresStore server) {
            settings.putAll(server.patientSettings(KILLED));
        }
        return settings;
    }

    private List<Map<String, String>> settings(Map<String, String> more) {
        return IntStream.range(0, scale.replicas())
                .mapToObj(replica -> {
                    var settings = new HashMap<>(world.settings());
                    settings.putAll(store.settings(replica));
                    settings.putAll(more);
                    settings.putAll(logging);
                    return Map.copyOf(settings);
                })
                .toList();
    }

    private static int number(String variable, int otherwise) {
        return Optional.ofNullable(System.getenv(variable))
                .filter(text -> !text.isBlank())
                .map(Integer::valueOf)
                .orElse(otherwise);
    }
}
