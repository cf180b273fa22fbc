package io.tokenbroker.refresh;

import java.time.Duration;
import java.util.Optional;

/** How the renewal of an account's refresh token ended. */
public sealed interface Renewal {

    /** A newer refresh token is stored. */
    record Renewed() implements Renewal {}

    /** The refresh token was just used with success, and its provider gives no other; or another replica has renewed it. */
    record Healthy() implements Renewal {}

    /**
     * The account's person must act, or the administrator of its tenant.
     *
     * @param reason a problem's code, and more where the tenant says more
     */
    record NeedsPerson(String reason) implements Renewal {}

    /** @param reason a problem's code, and more where more is known */
    record Failed(String reason) implements Renewal {}

    /**
     * The tenant could not answer; the account is as it was.
     *
     * @param retryAfter for how long the tenant wants to be left alone, if it says so
     */
    record Away(String reason, Optional<Duration> retryAfter) implements Renewal {}

    /** It was unlinked meanwhile. */
    record Gone() implements Renewal {}
}
