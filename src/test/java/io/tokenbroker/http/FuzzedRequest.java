package io.tokenbroker.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** A request that is right, and that {@link #spoilt} spoils here and there: method, path, headers, fields and bytes. */
final class FuzzedRequest {

    /** How the fields are sent. */
    enum Form {
        JSON,
        BATCH,
        FORM,
        QUERY
    }

    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW");

    private static final List<String> MEDIA_TYPES = List.of(
            "application/json",
            "application/json; charset=utf-16",
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=x",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "text/plain",
            "*/*",
            "/",
            ";",
            "");

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "0",
            "1e400",
            "99999999999999999999",
            "0.1",
            "\"\"",
            "\" \"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"é€😀\"",
            "\"https://management.azure.com\"",
            "\"https://graph.microsoft.com/User.Read\"",
            "\"a b\"",
            "\"%00%zz\"",
            "\"../..\"",
            "\"acc_\"",
            "\"acc_AAAA\"",
            "\"urn:ietf:params:oauth:token-type:jwt\"",
            "\"2019-08-01\"",
            "\"{}\"",
            "\"{\\\"access_token\\\":{}}\"",
            "[]",
            "[null]",
            "[\"\"]",
            "[\"openid\"]",
            "[\"https://management.azure.com/.default\",\"x\"]",
            "[1,2,3]",
            "{}",
            "{\"a\":1}",
            "\"" + "x".repeat(9_000) + "\"",
            "[".repeat(1_200) + "]".repeat(1_200));

    private static final List<String> NAMES = List.of(
            "resource",
            "scope",
            "scopes",
            "user_id",
            "account_id",
            "client_id",
            "client_secret",
            "claims",
            "grant_type",
            "audience",
            "login_hint",
            "subject_token",
            "actor_token",
            "min_validity",
            "force_refresh",
            "api-version",
            "requests",
            "unknown",
            "",
            "__proto__");

    private final Random random;
    private final Form form;
    private String method;
    private String path;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Map<String, String> fields;

    /** @param fields each value as JSON */
    FuzzedRequest(Random random, Form form, String method, String path, Map<String, String> fields) {
        this.random = random;
        this.form = form;
        this.method = method;
        this.path = path;
        this.fields = new LinkedHashMap<>(fields);
    }

    FuzzedRequest withField(String name, String value) {
        fields.put(name, value);
        return this;
    }

    FuzzedRequest with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    /** The request, byte by byte, with one to four things wrong with it; now and then none is noticed. */
    String spoilt() {
        var times = 1 + random.nextInt(4);
        for (var i = 0; i < times; i++) {
            spoil();
        }
        var body = form == Form.QUERY ? "" : body();
        if (form != Form.QUERY && random.nextInt(8) == 0) {
            body = spoiltText(body);
        }
        return text(body);
    }

    private void spoil() {
        switch (random.nextInt(12)) {
            case 0 -> method = random.nextInt(3) == 0 ? any(METHODS) : method;
            case 1 -> path = random.nextInt(3) == 0 ? spoiltPath() : path;
            case 2 -> headers.put("Content-Type", any(MEDIA_TYPES));
            case 3 -> headers.put("Accept", any(MEDIA_TYPES));
            case 4 -> headers.put("Authorization", spoiltText(headers.getOrDefault("Authorization", "Basic ")));
            case 5 ->
                headers.put(any(List.of("Origin", "X-Request-Id", "Cookie", "Forwarded", "X-Identity-Header")), junk());
            case 6 -> fields.remove(any(names()));
            default -> fields.put(any(names()), any(VALUES));
        }
    }

    /** Mostly those that belong there. */
    private List<String> names() {
        return fields.isEmpty() || random.nextInt(3) == 0 ? NAMES : List.copyOf(fields.keySet());
    }

    private String body() {
        return switch (form) {
            case JSON -> json();
            case BATCH -> "{\"requests\":[%s,%s]}".formatted(json(), any(VALUES));
            case FORM -> encoded();
            case QUERY -> "";
        };
    }

    private String json() {
        return fields.entrySet().stream()
                .map(field -> "\"%s\":%s".formatted(field.getKey(), field.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private String encoded() {
        var pairs = new ArrayList<String>();
        fields.forEach((name, value) -> {
            var plain = value.startsWith("\"") ? value.substring(1, value.length() - 1) : value;
            pairs.add(
                    name + "=" + (random.nextInt(10) == 0 ? plain.replaceAll("[\\s\\x00-\\x1f]", "") : encoded(plain)));
            if (random.nextInt(15) == 0) {
                pairs.add(pairs.getLast());
            }
        });
        return String.join("&", pairs);
    }

    private static String encoded(String plain) {
        return URLEncoder.encode(plain, UTF_8);
    }

    private String text(String body) {
        var query = form == Form.QUERY ? "?" + encoded() : "";
        var bytes = new String(body.getBytes(UTF_8), ISO_8859_1);
        var lines = new StringBuilder(
                "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".formatted(method, visible(path + query)));
        headers.forEach((name, value) -> lines.append("%s: %s\r\n".formatted(name, visible(value))));
        if (!bytes.isEmpty()) {
            lines.append("Content-Length: %d\r\n".formatted(bytes.length()));
        }
        return lines + "\r\n" + bytes;
    }

    /** What would end a line or a word would make another request of it, and that is HTTP's own affair. */
    private static String visible(String text) {
        return text.replaceAll("[\\x00-\\x1f\\x7f]", "").replaceAll("[^\\x20-\\xff]", "?");
    }

    private String spoiltPath() {
        return spoiltText(path).replace(" ", "").replaceFirst("^(?!/)", "/");
    }

    /** Draws as often whatever the text's length is: tokens differ in length from run to run, the rest must not. */
    private String spoiltText(String text) {
        var at = (int) (random.nextDouble() * (text.length() + 1));
        return switch (random.nextInt(4)) {
            case 0 -> text.substring(0, at);
            case 1 -> text.substring(at);
            case 2 -> text.substring(0, at) + junk() + text.substring(at);
            default -> text.substring(0, at) + text.substring(Math.min(text.length(), at + 1));
        };
    }

    private String junk() {
        return random.ints(1 + random.nextInt(12), 0x21, 0x100)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private String any(List<String> some) {
        return some.get(random.nextInt(some.size()));
    }
}
