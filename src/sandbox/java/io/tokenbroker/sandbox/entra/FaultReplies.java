package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What the faults of a request do around the work: waiting, answering in its place, losing its answer. */
final class FaultReplies {

    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final Clock clock;
    private final EntraFaults faults;
    private final ErrorReplies errors;

    FaultReplies(Clock clock, EntraFaults faults, ErrorReplies errors) {
        this.clock = clock;
        this.faults = faults;
        this.errors = errors;
    }

    /** Does the work, or what the faults do to it. */
    Reply around(EntraFaults.Met met, Request request, Supplier<Reply> work) {
        try {
            return attempt(met, request, work);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return Reply.dropped();
        }
    }

    private Reply attempt(EntraFaults.Met met, Request request, Supplier<Reply> work) throws InterruptedException {
        pause(met, EntraFault.Kind.SLOW);
        if (met.has(EntraFault.Kind.HANG)) {
            faults.hang();
        }
        var instead = instead(met, request);
        if (instead.isPresent()) {
            return instead.get();
        }
        var reply = work.get();
        pause(met, EntraFault.Kind.SLOW_AFTER);
        return met.has(EntraFault.Kind.DROP_AFTER) ? Reply.dropped() : reply;
    }

    private Optional<Reply> instead(EntraFaults.Met met, Request request) {
        return met.faults().stream()
                .map(fault -> instead(fault, request))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<Reply> instead(EntraFault fault, Request request) {
        var value = fault.value();
        return switch (fault.kind()) {
            case AADSTS -> Optional.of(errors.json(Refusal.of(Integer.parseInt(value)), request));
            case THROTTLED -> Optional.of(throttled(value));
            case THROTTLED_UNTIL ->
                Optional.of(throttled(HTTP_DATE.format(clock.instant().plusSeconds(Long.parseLong(value)))));
            case SERVER_ERROR ->
                Optional.of(Reply.html(500, "<html><body><h1>Sorry, something went wrong</h1></body></html>"));
            case UNAVAILABLE -> Optional.of(unavailable(value, request));
            case GARBAGE -> Optional.of(Reply.of(200, "application/json", "{\"access_token\": <<<"));
            case EMPTY_BODY -> Optional.of(Reply.empty(200));
            case OVERSIZE ->
                Optional.of(Reply.json(200, Map.of("token_type", "Bearer", "padding", "x".repeat(2 * 1024 * 1024))));
            case REDIRECT -> Optional.of(Reply.empty(307).with("Location", value));
            case DROP -> Optional.of(Reply.dropped());
            case SLOW, SLOW_AFTER, DROP_AFTER, HANG -> Optional.empty();
            case EXPIRES_IN_TEXT, LIFE, REFRESH_IN, NO_REFRESH_TOKEN, NO_ACCESS_TOKEN, ANOTHER_USER -> Optional.empty();
        };
    }

    private static Reply throttled(String retryAfter) {
        return Reply.html(429, "<html><body><h1>Too many requests</h1></body></html>")
                .with("Retry-After", retryAfter);
    }

    private Reply unavailable(String retryAfter, Request request) {
        var reply = errors.json(Refusal.of(90033), request);
        return retryAfter.isEmpty() ? reply : reply.with("Retry-After", retryAfter);
    }

    private void pause(EntraFaults.Met met, EntraFault.Kind kind) throws InterruptedException {
        for (var fault : met.faults()) {
            if (fault.kind() == kind) {
                faults.pause(Duration.ofMillis(Long.parseLong(fault.value())));
            }
        }
    }
}
