package io.tokenbroker.keepalive;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
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
            case CommandLine.Options options -> {
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
        return CommandLine.parse(List.of(arguments)) instanceof CommandLine.Options options
                ? keepAlive.run(options, System.out)
                : 2;
    }
}
