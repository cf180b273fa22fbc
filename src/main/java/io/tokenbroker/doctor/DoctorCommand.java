package io.tokenbroker.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tokenbroker.time.Time;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Supplier;

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
}
