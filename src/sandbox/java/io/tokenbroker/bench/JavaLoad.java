package io.tokenbroker.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/** The load generator where there is no wrk: HTTP/1.1 on plain sockets, a virtual thread a connection. */
final class JavaLoad implements Load {

    @Override
    public String name() {
        return "the Java load generator (install wrk for steadier figures)";
    }

    @Override
    public Result run(int port, Path requests, int seconds) throws IOException, InterruptedException {
        var messages =
                Files.readAllLines(requests).stream().map(JavaLoad::message).toList();
        var end = System.nanoTime() + seconds * 1_000_000_000L;
        var connections = new ArrayList<Future<Samples>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < CONNECTIONS; i++) {
                connections.add(threads.submit(() -> load(port, messages, end)));
            }
        }
        return result(connections, seconds);
    }

    private static Result result(List<Future<Samples>> connections, int seconds) throws InterruptedException {
        var nanos = new ArrayList<Long>();
        var errors = 0L;
        for (var connection : connections) {
            try {
                nanos.addAll(connection.get().nanos());
                errors += connection.get().errors();
            } catch (ExecutionException broken) {
                errors++;
            }
        }
        var sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        var p99 = sorted.length == 0 ? 0 : sorted[(int) (sorted.length * 0.99)];
        return new Result((double) sorted.length / seconds, p99 / 1e6, errors);
    }

    private static Samples load(int port, List<byte[]> messages, long end) throws IOException {
        var samples = new Samples(new ArrayList<>(), 0);
        try (var socket = new Socket("localhost", port)) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream(), 16_384);
            var out = socket.getOutputStream();
            for (var begun = System.nanoTime(); begun < end; begun = System.nanoTime()) {
                out.write(messages.get(ThreadLocalRandom.current().nextInt(messages.size())));
                var status = readAnswer(in);
                samples.nanos().add(System.nanoTime() - begun);
                if (status != 200) {
                    samples = new Samples(samples.nanos(), samples.errors() + 1);
                }
            }
        }
        return samples;
    }

    /** Both servers send a Content-Length. */
    private static int readAnswer(InputStream in) throws IOException {
        var status = Integer.parseInt(line(in).split(" ", -1)[1]);
        var length = 0;
        for (var header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).strip());
            }
        }
        in.skipNBytes(length);
        return status;
    }

    private static String line(InputStream in) throws IOException {
        var text = new byte[512];
        var length = 0;
        for (var next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("The server closed the connection");
            }
            if (length == text.length) {
                text = Arrays.copyOf(text, 2 * length);
            }
            text[length++] = (byte) next;
        }
        return new String(text, 0, length, StandardCharsets.US_ASCII).strip();
    }

    private static byte[] message(String line) {
        var parts = line.split("\t", -1);
        return "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(parts[0], parts[1], BODY.length(), BODY)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private record Samples(List<Long> nanos, int errors) {}
}
