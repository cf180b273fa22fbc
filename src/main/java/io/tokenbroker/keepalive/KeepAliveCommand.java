package io.tokenbroker.keepalive;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** {@code keep-alive}: the broker's beans and settings, but no port. */
@QuarkusMain(name = KeepAliveCommand.NAME)
public class KeepAliveCommand implements QuarkusApplication {

    public static final String NAME = "keep-alive";

    private final KeepAlive keepAlive;

    KeepAliveCommand(KeepAlive keepAlive) {
        this.keepAlive = keepAlive;
    }

    /**
     * Starts the process as this command.
     *
     * @param arguments what comes after its name
     * @param exit ends the process
     */
    public static void start(List<String> arguments, BiConsumer<Integer, Throwable> exit) {
        switch (CommandLine.parse(arguments)) {
            case CommandLine.Help help -> System.out.print(CommandLine.HELP);
            case CommandLine.Wrong(var what) -> {
                System.err.println("keep-alive: " + what + ". " + CommandLine.USAGE);
                System.exit(2);
            }
            case CommandLine.Accepted(var options) -> {
                System.setProperty("quarkus.http.host-enabled", "false");
                System.setProperty("quarkus.management.host-enabled", "false");
                // The terminal is for the progress.
                System.setProperty("quarkus.log.console.stderr", "true");
                Quarkus.run(KeepAliveCommand.class, exit, arguments.toArray(String[]::new));
            }
        }
    }

    @Override
    public int run(String... arguments) {
        return CommandLine.parse(List.of(arguments)) instanceof CommandLine.Accepted(var options)
                ? keepAlive.run(options, System.out)
                : 2;
    }

    /** What was said after {@code keep-alive}. */
    sealed interface CommandLine {

        String USAGE =
                "Usage: keep-alive [--discover] [--rate <accounts per second, 1 to 1000>] [--checkpoint <file>] [--dry-run] [--help]";

        String HELP = """
                %s

                Renews the refresh token of every linked account whose token is older than broker.keep-alive.after (30 days),
                as a running broker does by itself in the background. For a pass by hand, also beside running brokers.
                Reads the broker's settings.

                  --discover           first go through FusionAuth's users for accounts that the store does not know,
                                       such as those that were linked elsewhere; needs POST /api/user/search
                  --rate <n>           look after at most so many accounts a second (5)
                  --checkpoint <file>  note there after each page how far it is; go on from there if interrupted
                  --dry-run            change nothing, only count
                  --help               this text

                Exit code: 0 nothing failed, even if accounts need a person; 1 something failed, or the run did not come to its
                end; 2 wrong usage.
                """.formatted(USAGE);

        record Help() implements CommandLine {}

        /** @param what is wrong, in words */
        record Wrong(String what) implements CommandLine {}

        /** A pass to do. */
        record Accepted(KeepAlive.Options options) implements CommandLine {}

        static CommandLine parse(List<String> arguments) {
            var rate = 5;
            var checkpoint = Optional.<Path>empty();
            var dryRun = false;
            var discover = false;
            for (var rest = arguments.iterator(); rest.hasNext(); ) {
                var name = rest.next();
                switch (name) {
                    case "--help" -> {
                        return new Help();
                    }
                    case "--dry-run" -> dryRun = true;
                    case "--discover" -> discover = true;
                    case "--rate" -> {
                        var value = rest.hasNext() ? rest.next() : "";
                        if (!value.matches("[1-9]\\d{0,2}|1000")) {
                            return new Wrong("--rate takes a number from 1 to 1000");
                        }
                        rate = Integer.parseInt(value);
                    }
                    case "--checkpoint" -> {
                        checkpoint = path(rest.hasNext() ? rest.next() : "--");
                        if (checkpoint.isEmpty()) {
                            return new Wrong("--checkpoint takes a file");
                        }
                    }
                    default -> {
                        return new Wrong("unknown argument: " + name);
                    }
                }
            }
            return dryRun && checkpoint.isPresent()
                    ? new Wrong("--dry-run changes nothing, so it has no --checkpoint")
                    : new Accepted(new KeepAlive.Options(rate, checkpoint, dryRun, discover));
        }

        private static Optional<Path> path(String text) {
            try {
                return text.startsWith("--")
                        ? Optional.empty()
                        : Optional.of(Path.of(text).toAbsolutePath());
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        }
    }
}
