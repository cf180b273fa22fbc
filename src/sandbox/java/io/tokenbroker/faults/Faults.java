package io.tokenbroker.faults;

import io.tokenbroker.sandbox.process.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/** Starts the packaged broker among the stand-ins, does it every harm there is, and counts who still mints. */
public final class Faults {

    private static final Path REPORT = Path.of("docs", "faults.md");

    /** The broker gives up on a provider sooner than in production, or the harness would wait for it all day. */
    private static final Map<String, String> HURRY = Map.of(
            "quarkus.rest-client.provider.read-timeout", "2000",
            "broker.accounts.recheck-after", "0s");

    private Faults() {}

    /** {@code FAULTS_SEED} and {@code FAULTS_ACCOUNTS} say what differs from the usual run. */
    public static void main(String[] arguments) throws IOException {
        var scale = Scale.full(number("FAULTS_SEED", 1), number("FAULTS_ACCOUNTS", 200));
        System.out.printf(
                "seed %d, %d accounts; who does not mint in time stands as lost until asked again in the end%n%n",
                scale.seed(), scale.accounts());
        var report = run(scale, Map.of("quarkus.log.level", "INFO"), row -> System.out.println(Report.line(row)));
        Files.writeString(REPORT, report.markdown());
        System.out.printf("%n%s%n", report.summary());
        System.exit(report.isGood() ? 0 : 1);
    }

    /** @param printed gets each row as soon as it is there; accounts that are late still count as lost then */
    static Report run(Scale scale, Map<String, String> logging, Consumer<Row> printed) {
        var random = new Random(scale.seed());
        var begun = System.nanoTime();
        try (var world = new World(scale.accounts())) {
            var trials = trials(world, scale, logging, random, printed);
            var bystander = scale.hanging().isZero()
                    ? Optional.<Bystander.Outcome>empty()
                    : Optional.of(new Bystander(world, scale, random).measure(logging, printed));
            return new Report(scale, trials.rows(), bystander, (System.nanoTime() - begun) / 1_000_000_000);
        }
    }

    private static Trials trials(
            World world, Scale scale, Map<String, String> logging, Random random, Consumer<Row> printed) {
        var settings = new HashMap<>(world.settings());
        settings.putAll(HURRY);
        settings.putAll(logging);
        try (var broker = new BrokerProcess("faults", settings).start()) {
            var caller = new Caller(broker.url());
            var trials = new Trials(world, caller, random, scale.share(), printed);
            new Plan(world, broker, caller, trials, random, scale).carryOut();
            return trials;
        }
    }

    private static int number(String variable, int otherwise) {
        return Optional.ofNullable(System.getenv(variable))
                .filter(text -> !text.isBlank())
                .map(Integer::valueOf)
                .orElse(otherwise);
    }
}
