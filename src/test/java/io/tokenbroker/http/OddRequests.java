package io.tokenbroker.http;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/** Requests of a stranger who makes everything up: methods, paths, header fields, encodings, credentials. From a seed. */
public final class OddRequests {

    /** As many as one connection carries. */
    private static final int TOGETHER = 100;

    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT");

    /** Each with one thing made up. */
    private static final List<String> PATHS = List.of(
            "/%s",
            "//%s",
            "/accounts/%s",
            "//accounts/%s/token",
            "/accounts/%s/token",
            "/accounts//%s/token",
            "/accounts/%s/oauth2/token",
            "/accounts/%s/msi/token?resource=x",
            "/accounts/%s/activity",
            "/./accounts/%s",
            "/x/../accounts/%s/token",
            "/%%2e%%2e/%s",
            "/accounts/%%2F%s",
            "/accounts/%%00%s/token",
            "/ACCOUNTS/%s/TOKEN",
            "/providers/%s",
            "/providers;%s",
            "/providers?%s=%s",
            "/oauth2/token/%s",
            "/oauth2/token?%s",
            "/msi/token?resource=%s&api-version=2019-08-01",
            "/azd/token/%s",
            "/tokens/%s",
            "/policy/%s",
            "/webhooks/%s",
            "/q/%s",
            "/q/metrics/%s",
            "/.well-known/%s",
            "http://localhost/%s",
            "http://%s/%s",
            "%s",
            "%s/%s",
            "*%s",
            "/%%ff%s",
            "*");

    private static final List<String> HEADERS = List.of(
            "Authorization: Bearer %s",
            "Authorization: Bearer tbk_%s_%s",
            "Authorization: Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.%s.%s",
            "Authorization: Basic %s",
            "Authorization: %s",
            "X-IDENTITY-HEADER: %s",
            "X-Request-Id: %s",
            "X-%s: %s",
            "Accept: %s",
            "Accept: %s/*",
            "Content-Type: %s",
            "Cookie: %s=%s",
            "Origin: https://%s",
            "Origin: https://%s\r\nAccess-Control-Request-Method: %s\r\nAccess-Control-Request-Headers: %s",
            "Forwarded: for=%s",
            "X-Forwarded-Host: %s",
            "X-HTTP-Method-Override: %s",
            "Upgrade: %s",
            "Expect: %s",
            "Range: bytes=%s",
            "If-None-Match: \"%s\"",
            "Accept-Encoding: %s",
            "TE: %s");

    private final Random random;

    public OddRequests(long seed) {
        random = new Random(seed);
    }

    /** Sends that many to this port, one connection after the other, and returns how many were answered. */
    public long send(int port, int count) {
        return send(Wire.HTTP_1_1, port, count);
    }

    /** The same over that wire; one that HTTP/2 itself turns away counts as answered. */
    public long send(Wire wire, int port, int count) {
        var answered = 0L;
        for (var sent = 0; sent < count; sent += TOGETHER) {
            answered += wire.answered(port, requests(Math.min(TOGETHER, count - sent)));
        }
        return answered;
    }

    private List<String> requests(int count) {
        return IntStream.range(0, count).mapToObj(i -> request(i == count - 1)).toList();
    }

    private String request(boolean isLast) {
        var body = random.nextInt(4) == 0 ? "{\"%s\":\"%s\"}".formatted(word(), word()) : "";
        return "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n%sContent-Length: %d\r\n\r\n%s"
                .formatted(
                        method(),
                        filled(any(PATHS)),
                        filled(any(HEADERS)),
                        isLast ? "Connection: close\r\n" : "",
                        body.length(),
                        body);
    }

    /** Most are made up; the usual ones in other letters are made up too. */
    private String method() {
        return switch (random.nextInt(4)) {
            case 0 -> any(METHODS);
            case 1 -> any(METHODS).toLowerCase(Locale.ROOT) + random.nextInt(100_000);
            default -> word();
        };
    }

    private String filled(String form) {
        var text = form;
        while (text.contains("%s")) {
            text = text.replaceFirst("%s", word());
        }
        return text.replace("%%", "%");
    }

    private String word() {
        return random.ints(4 + random.nextInt(20), 'A', 'Z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private String any(List<String> all) {
        return all.get(random.nextInt(all.size()));
    }
}
