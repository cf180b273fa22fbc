package io.tokenbroker.link;

import io.tokenbroker.time.Window;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A link that FusionAuth did not have.
 *
 * @param moment of the latest change of the link that is known to the reading
 */
record Missed(Window window, AtomicLong news, long moment) {

    boolean stands(Instant now) {
        return window.contains(now) && news.get() == moment;
    }
}
