package io.tokenbroker.doctor;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** How far the servers' clocks are from ours, by their Date headers (RFC 9110 §6.6.1). */
final class Skews {

    /** Seconds are what the header has, and an answer is on its way for some. */
    private static final Duration USUAL = Duration.ofSeconds(5);

    /** What replicas must agree to. */
    private static final Duration MOST = Duration.ofSeconds(30);

    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final Clock clock;
    private final Consumer<Finding> found;

    Skews(Clock clock, Consumer<Finding> found) {
        this.clock = clock;
        this.found = found;
    }

    void note(String server, Optional<String> date) {
        try {
            date.map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME))
                    .filter(told -> known.add(server))
                    .map(told -> Duration.between(clock.instant(), told.toInstant()))
                    .ifPresent(skew -> found.accept(finding(Check.CLOCK, server, skew)));
        } catch (DateTimeException none) {
            // It tells nothing.
        }
    }

    static Finding finding(Check check, String subject, Duration skew) {
        var found = "%d s from this machine's".formatted(skew.toSeconds());
        if (skew.abs().compareTo(MOST) > 0) {
            return Finding.fault(check, subject, found);
        }
        return skew.abs().compareTo(USUAL) > 0
                ? Finding.warning(check, subject, found)
                : Finding.ok(check, subject, "as this machine's");
    }
}
