package io.tokenbroker.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.doctor.Finding.Result;
import io.tokenbroker.time.Time;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** {@code doctor}: neither a start nor a port. */
public final class DoctorCommand {

    public static final String NAME = "doctor";

    private static final String USAGE = "Usage: doctor [--json] [--help]";

    private static final String HELP = """
            %s

            Looks at the settings, FusionAuth with its API key and providers, and the store, and changes nothing. Takes half a
            minute at most. Reads the broker's settings, and tells what is wrong with them.

              --json  for programs
              --help  this text

            ✓ is well, ! works and has its price, ✗ must be mended, ? is to be tried once on the real servers. docs/doctor.md
            has a section for each.

            Exit code: 0 no fault; 1 a fault; 2 wrong usage.
            """.formatted(USAGE);

    private DoctorCommand() {}

    /**
     * Runs it and gives the exit code.
     *
     * @param arguments what comes after its name
     * @param patient the settings
     */
    public static int run(List<String> arguments, Supplier<Patient> patient) {
        // A terminal's own character set may lack the signs.
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
        if (arguments.contains("--help")) {
            out.print(HELP);
            return 0;
        }
        if (!List.of("--json").containsAll(arguments)) {
            System.err.println("doctor: unknown argument: %s. %s"
                    .formatted(
                            arguments.stream()
                                    .filter(argument -> !argument.equals("--json"))
                                    .findFirst()
                                    .orElse(""),
                            USAGE));
            return 2;
        }
        // A proxy's password is refused otherwise.
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        var report = new Report(new Doctor(patient.get(), Time.system()).findings());
        out.print(arguments.contains("--json") ? report.json() : report.table());
        return report.exitCode();
    }

    /** The findings, for people and for programs. */
    record Report(List<Finding> findings) {

        private static final ObjectMapper JSON = new ObjectMapper();

        Report {
            findings = List.copyOf(findings);
        }

        int exitCode() {
            return count(Result.FAULT) == 0 ? 0 : 1;
        }

        /** A line for each, and a line of what to do for each that is not well. */
        String table() {
            var width = findings.stream()
                    .mapToInt(finding -> finding.check().label().length())
                    .max()
                    .orElse(1);
            return findings.stream().map(finding -> lines(finding, width)).collect(Collectors.joining("\n", "", "\n\n"))
                    + "%d ok, %d warnings, %d faults; %d to ask once on the real servers (docs/doctor.md)%n"
                            .formatted(count(Result.OK), count(Result.WARNING), count(Result.FAULT), count(Result.ASK));
        }

        private static String lines(Finding finding, int width) {
            var subject = finding.subject().isEmpty() ? "" : finding.subject() + ": ";
            var line = ("%s %-" + width + "s  %s%s")
                    .formatted(finding.result().sign(), finding.check().label(), subject, finding.found());
            return finding.result() == Result.OK
                    ? line
                    : line + "\n" + " ".repeat(width + 4) + "→ "
                            + finding.check().remedy();
        }

        String json() {
            var report = JSON.createObjectNode();
            for (var result : Result.values()) {
                report.put(word(result), count(result));
            }
            var list = report.putArray("findings");
            findings.forEach(finding -> list.add(json(finding)));
            return report.toPrettyString() + "\n";
        }

        private static ObjectNode json(Finding finding) {
            var json = JSON.createObjectNode()
                    .put("check", finding.check().label())
                    .put("result", word(finding.result()))
                    .put("subject", finding.subject())
                    .put("found", finding.found());
            return finding.result() == Result.OK
                    ? json
                    : json.put("remedy", finding.check().remedy());
        }

        private static String word(Result result) {
            return result.name().toLowerCase(Locale.ROOT);
        }

        private long count(Result result) {
            return findings.stream()
                    .filter(finding -> finding.result() == result)
                    .count();
        }
    }
}
