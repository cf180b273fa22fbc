package io.tokenbroker.keepalive;

import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Waits for a FusionAuth or a store that is away for a moment.
 *
 * @param pauses before each further try; none in the background, where a pause would hold up all other accounts
 * @param stopping ends the waiting when the process is told to stop
 */
record Patience(List<Duration> pauses, Stopping stopping) {

    Patience {
        pauses = List.copyOf(pauses);
    }

    boolean waits() {
        return !pauses.isEmpty();
    }

    /**
     * @throws BrokerException if FusionAuth is still away in the end, and at once if it is something else
     * @throws StoreUnavailable if the store is still away in the end
     */
    <T> T tryFor(Supplier<T> work) {
        for (var pause : pauses) {
            try {
                return work.get();
            } catch (BrokerException | StoreUnavailable failed) {
                if (!isOutage(failed) || stopping.isTold()) {
                    throw failed;
                }
                stopping.pause(pause);
            }
        }
        return work.get();
    }

    private static boolean isOutage(RuntimeException failure) {
        return !(failure instanceof BrokerException other) || other.type() == ProblemType.FUSIONAUTH_UNAVAILABLE;
    }
}
