package io.tokenbroker.sandbox.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/**
 * One answer of a stand-in.
 *
 * @param status the HTTP status; {@link #DROPPED} closes the connection without an answer, {@link #STALLED} begins a 200
 *     and never ends it
 */
public record Reply(int status, Map<String, String> headers, String body) {

    private static final String CONTENT_ENCODING = "Content-Encoding";
    private static final int DROPPED = 0;
    private static final int STALLED = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A JSON body; {@code value} is anything Jackson can write. */
    public static Reply json(int status, Object value) {
        try {
            return of(status, "application/json", JSON.writeValueAsString(value));
        } catch (JsonProcessingException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }

    public static Reply html(int status, String html) {
        return of(status, "text/html;charset=utf-8", html);
    }

    public static Reply of(int status, String contentType, String body) {
        return new Reply(status, Map.of("Content-Type", contentType), body);
    }

    public static Reply empty(int status) {
        return new Reply(status, Map.of(), "");
    }

    public static Reply redirect(String location) {
        return empty(302).with("Location", location);
    }

    /** No answer at all: the connection closes. */
    public static Reply dropped() {
        return empty(DROPPED);
    }

    /** A 200 whose body never comes, until the stand-in closes. */
    public static Reply stalled() {
        return empty(STALLED);
    }

    /** Whether this is an answer that begins and does not end. */
    public boolean isStalled() {
        return status == STALLED;
    }

    /** Whether this is no answer at all. */
    public boolean isDropped() {
        return status == DROPPED;
    }

    /** The same with another status. */
    public Reply withStatus(int other) {
        return new Reply(other, headers, body);
    }

    /** The same, compressed on the wire by this content coding: {@code gzip} or {@code deflate}. */
    public Reply compressed(String coding) {
        return body.isEmpty() ? this : with(CONTENT_ENCODING, coding);
    }

    /** The bytes to send. */
    byte[] bytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = coded(bytes)) {
            out.write(body.getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private OutputStream coded(OutputStream out) throws IOException {
        return switch (headers.getOrDefault(CONTENT_ENCODING, "")) {
            case "gzip" -> new GZIPOutputStream(out);
            case "deflate" -> new DeflaterOutputStream(out);
            default -> out;
        };
    }

    /** This answer with one more header. */
    public Reply with(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, body);
    }
}
