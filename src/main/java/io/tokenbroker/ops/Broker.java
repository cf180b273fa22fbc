package io.tokenbroker.ops;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.tokenbroker.keepalive.KeepAliveCommand;
import java.util.List;

/** The process: the broker, or with an argument a command. A start that fails ends with one line that says what to change. */
@QuarkusMain
public final class Broker {

    private Broker() {}

    public static void main(String... args) {
        var arguments = List.of(args);
        if (arguments.isEmpty()) {
            Quarkus.run(null, Broker::exit);
        } else if (arguments.getFirst().equals(KeepAliveCommand.NAME)) {
            KeepAliveCommand.start(arguments.subList(1, arguments.size()), Broker::exit);
        } else {
            System.err.println("Unknown argument: %s. Usage: no argument for the broker, or keep-alive [--help]"
                    .formatted(arguments.getFirst()));
            System.exit(2);
        }
    }

    private static void exit(int code, Throwable failure) {
        if (failure != null) {
            System.err.println(StartFailure.oneLine(failure));
        }
        System.exit(code);
    }
}
