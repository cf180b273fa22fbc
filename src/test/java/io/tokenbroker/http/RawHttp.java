package io.tokenbroker.http;

import io.restassured.RestAssured;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Requests byte by byte, and what comes back until the connection closes, or the body ends where its length is told. */
public record RawHttp(int status, String head, String body) {

    private static final int PATIENCE_MILLIS = 60_000;
    private static final Pattern ANSWER = Pattern.compile("HTTP/1\\.1 \\d{3} ");
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");

    /** Sends a request line, headers (each with its line end) and a body; asks for the connection to be closed. */
    public static RawHttp send(String requestLine, String headers, String body) {
        return send(text(requestLine, headers, body));
    }

    static String text(String requestLine, String headers, String body) {
        return "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n%s".formatted(requestLine, headers, body);
    }

    /** Sends this and nothing else. */
    public static RawHttp send(String request) {
        try (var socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return parse(new String(read(socket.getInputStream()), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends this, and returns all that comes until the connection closes. */
    public static String untilClosed(String request) {
        try (var socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends these on one connection, without waiting, and returns how many are answered. The last one asks for its end. */
    static long answered(int port, List<String> requests) {
        try (var socket = new Socket("localhost", port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            // Answers are read meanwhile: else both sides could wait for the other to read.
            var sender = Thread.startVirtualThread(() -> write(socket, String.join("", requests)));
            var answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            sender.join();
            return ANSWER.matcher(answers).results().count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void write(Socket socket, String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        } catch (IOException closed) {
            // By the broker, which has said why in its answer.
        }
    }

    /** A header of the answer; several of one name are joined. */
    public String header(String name) {
        return Arrays.stream(head.split("\r\n", -1))
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .collect(Collectors.joining(", "));
    }

    private static byte[] read(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            var next = in.read();
            if (next < 0) {
                return head.toByteArray();
            }
            head.write(next);
        }
        var length = LENGTH.matcher(head.toString(StandardCharsets.ISO_8859_1));
        head.write(length.find() ? in.readNBytes(Integer.parseInt(length.group(1))) : in.readAllBytes());
        return head.toByteArray();
    }

    private static RawHttp parse(String answer) {
        var end = answer.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new AssertionError("No HTTP answer: " + answer);
        }
        var head = answer.substring(0, end);
        var raw = answer.substring(end + 4);
        var body = head.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked") ? unchunked(raw) : raw;
        return new RawHttp(Integer.parseInt(head.split(" ", 3)[1]), head, body);
    }

    private static String unchunked(String raw) {
        var text = new StringBuilder();
        for (var rest = Optional.of(raw); rest.isPresent() && !rest.get().isEmpty(); ) {
            var lineEnd = rest.get().indexOf("\r\n");
            var size = Integer.parseInt(rest.get().substring(0, lineEnd).strip(), 16);
            text.append(rest.get(), lineEnd + 2, lineEnd + 2 + size);
            rest = size == 0 ? Optional.empty() : Optional.of(rest.get().substring(lineEnd + 4 + size));
        }
        return text.toString();
    }
}
