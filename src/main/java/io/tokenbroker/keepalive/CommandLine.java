package io.tokenbroker.keepalive;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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

    /**
     * @param rate how many accounts to renew in a second, at most
     * @param checkpoint where to note how far the run is
     * @param dryRun whether to change nothing
     * @param discover whether to look for accounts that the store does not know
     */
    record Options(int rate, Optional<Path> checkpoint, boolean dryRun, boolean discover) implements CommandLine {}

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
                : new Options(rate, checkpoint, dryRun, discover);
    }

    private static Optional<Path> path(String text) {
        try {
            return text.startsWith("--")
                    ? Optional.empty()
                    : Optional.of(Path.of(text).toAbsolutePath());
        } catch (InvalidPathException notOne) {
            return Optional.empty();
        }
    }
}
