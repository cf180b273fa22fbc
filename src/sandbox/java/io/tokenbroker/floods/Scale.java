package io.tokenbroker.floods;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How much is done.
 *
 * @param rounds of each flood, a quiet one before each
 * @param length of a round
 * @param connections of the caller that floods; each sends, waits for the answer, and after a pause sends again
 * @param limit the requests a minute that the flooding client and user may make
 * @param only part of the names of the floods; empty for all
 */
record Scale(int rounds, Duration length, int connections, Duration pause, int limit, String only) {

    /** Above a tenant's 32 places for one caller, so that its calls queue. */
    private static final int CONNECTIONS = 64;

    /** A page that does its worst; a client without a limit does as much here as its connections can. */
    private static final int LIMIT = 600;

    /** As the environment says. */
    static Scale of(Map<String, String> environment) {
        return new Scale(
                number(environment, "FLOODS_ROUNDS", 3),
                Duration.ofSeconds(number(environment, "FLOODS_SECONDS", 10)),
                number(environment, "FLOODS_CONNECTIONS", CONNECTIONS),
                Duration.ofMillis(number(environment, "FLOODS_PAUSE_MILLIS", 100)),
                number(environment, "FLOODS_LIMIT", LIMIT),
                environment.getOrDefault("FLOODS_ONLY", ""));
    }

    /** Enough to see that nobody else fails. */
    static Scale small() {
        return new Scale(1, Duration.ofMillis(700), 40, Duration.ofMillis(20), 60, "");
    }

    private static int number(Map<String, String> environment, String variable, int otherwise) {
        return Optional.ofNullable(environment.get(variable))
                .map(Integer::valueOf)
                .orElse(otherwise);
    }
}
