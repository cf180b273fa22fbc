package io.tokenbroker.account;

import java.time.Instant;
import java.util.Optional;

/** Whether one may write to an account. */
sealed interface Claim {

    /**
     * Nobody else may.
     *
     * @param mark the claim on the shadow of somebody who stopped, if it was taken over
     * @param until when to stop, for soon afterwards others may think that this one stopped
     */
    record Held(Shadow shadow, Optional<Held> mark, Instant until) implements Claim {}

    record Taken(Shadow by) implements Claim {}

    /** FusionAuth takes no further link of this user. */
    record NoRoom() implements Claim {}
}
