package io.tokenbroker.sandbox.entra;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** One refresh token. It is bound to a person and an app, neither to a resource nor to a tenant. */
record RefreshToken(Grant grant, Instant issued, AtomicInteger uses) {

    /** Counted from the issue of this very token: use does not prolong it. */
    static final Duration LIFE = Duration.ofDays(90);

    Instant expires() {
        return issued.plus(LIFE);
    }

    boolean usableAt(Instant now) {
        return now.isBefore(expires());
    }
}
