package io.tokenbroker.ops;

import io.quarkus.scheduler.Scheduler;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.enterprise.event.ObservesAsync;

/** Starts what runs by itself once the broker serves: a start that fails, or a command, must not be in its midst. */
class Background {

    void start(@ObservesAsync HttpServerStart serving, Scheduler scheduler) {
        if (scheduler.isStarted()) { // false where the settings switch it off
            scheduler.resume();
        }
    }
}
