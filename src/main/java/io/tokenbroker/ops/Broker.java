package io.tokenbroker.ops;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The process. A start that fails ends with one line that says what to change. */
@QuarkusMain
public final class Broker {

    private Broker() {}

    public static void main(String... args) {
        Quarkus.run(null, Broker::exit, args);
    }

    private static void exit(int code, Throwable failure) {
        if (failure != null) {
            System.err.println(StartFailure.oneLine(failure));
        }
        System.exit(code);
    }
}
