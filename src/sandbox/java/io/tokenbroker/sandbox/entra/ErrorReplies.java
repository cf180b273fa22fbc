package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** Errors of the token endpoint in Entra's form, with the ids that support asks for. */
final class ErrorReplies {

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int CLIENT_LOOP = 50196;

    private final Clock clock;
    private final String base;

    ErrorReplies(Clock clock, String base) {
        this.clock = clock;
        this.base = base;
    }

    Reply json(Refusal refusal, Request request) {
        var aadsts = refusal.aadsts();
        var trace = UUID.randomUUID().toString();
        var correlation = request.header("client-request-id")
                .orElseGet(() -> UUID.randomUUID().toString());
        var timestamp = TIMESTAMP.format(clock.instant());
        var body = new LinkedHashMap<String, Object>();
        body.put("error", aadsts.error());
        body.put(
                "error_description",
                "%s Trace ID: %s Correlation ID: %s Timestamp: %s"
                        .formatted(refusal.text(), trace, correlation, timestamp));
        body.put("error_codes", List.of(aadsts.number()));
        body.put("timestamp", timestamp);
        body.put("trace_id", trace);
        body.put("correlation_id", correlation);
        body.put("error_uri", base + "/error?code=" + aadsts.number());
        if (!aadsts.suberror().isEmpty()) {
            body.put("suberror", aadsts.suberror());
        }
        if (!aadsts.claims().isEmpty()) {
            body.put("claims", aadsts.claims());
        }
        var reply = Reply.json(status(aadsts, request), body);
        return reply.status() == 429 ? reply.with("Retry-After", "30") : reply;
    }

    /** A client that says it understands 429 is told of its loop that way; the body stays the misleading one. */
    private static int status(Aadsts aadsts, Request request) {
        var understands429 = request.header("x-ms-lib-capability")
                .filter(list -> list.contains("h429"))
                .isPresent();
        return aadsts.number() == CLIENT_LOOP && understands429 ? 429 : aadsts.status();
    }
}
