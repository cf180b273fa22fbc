package io.tokenbroker.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.restassured.RestAssured;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** A connection of HTTP/2 over clear text, frame by frame (RFC 9113), for what no client would send. */
public final class RawHttp2 implements AutoCloseable {

    static final int DATA = 0x0;
    static final int HEADERS = 0x1;
    static final int RST_STREAM = 0x3;
    static final int SETTINGS = 0x4;
    static final int PING = 0x6;
    static final int GOAWAY = 0x7;
    static final int WINDOW_UPDATE = 0x8;
    static final int CONTINUATION = 0x9;

    static final int END_STREAM = 0x1;
    static final int ACK = 0x1;
    static final int END_HEADERS = 0x4;
    private static final int PRIORITY = 0x20;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int LARGEST_FRAME = 16_384;
    private static final int FIRST_WINDOW = 65_535;
    private static final int PATIENCE_MILLIS = 20_000;

    /** One field of a head; the names of pseudo-header fields begin with a colon. */
    record Field(String name, String value) {}

    @SuppressWarnings("ArrayRecordComponent") // frames are bytes, and are not compared
    record Frame(int type, int flags, int stream, byte[] payload) {

        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        /** The 32 bits at this place. */
        int number(int at) {
            return ByteBuffer.wrap(payload).getInt(at);
        }
    }

    /**
     * How a stream ended.
     *
     * @param status of its answer, or 0
     * @param error of a reset or of the end of the connection, or -1
     */
    record End(int status, String head, String body, int error, boolean isOfConnection) {

        RawHttp answer() {
            if (status == 0) {
                throw new AssertionError("No answer: " + this);
            }
            return new RawHttp(status, head, body);
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final Map<Integer, Stream> streams = new TreeMap<>();
    private int window = FIRST_WINDOW;
    private int goneAway = -1;
    private boolean isClosed;

    private RawHttp2(int port, byte[] ownSettings) throws IOException {
        this(port);
        begin(ownSettings);
    }

    private RawHttp2(int port) throws IOException {
        socket = new Socket("localhost", port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    private void begin(byte[] ownSettings) throws IOException {
        socket.getOutputStream().write(PREFACE.getBytes(ISO_8859_1));
        frame(SETTINGS, 0, 0, ownSettings);
    }

    static RawHttp2 connect() {
        return connect(RestAssured.port);
    }

    static RawHttp2 connect(int port) {
        return connect(port, new byte[0]);
    }

    /** With settings of its own, as they are on the wire. */
    static RawHttp2 connect(int port, byte[] ownSettings) {
        try {
            return new RawHttp2(port, ownSettings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a request that is written as one of HTTP/1.1, on a connection of its own. */
    public static RawHttp send(String request) {
        try (var connection = connect()) {
            connection.request(1, request);
            return connection.end(1).answer();
        }
    }

    /** Sends this request of HTTP/1.1, which asks for HTTP/2, and goes on as the broker agreed (RFC 7540 §3.2). */
    public static RawHttp upgraded(String request) {
        try (var connection = new RawHttp2(RestAssured.port)) {
            connection.socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            var head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                head.append((char) connection.in.readUnsignedByte());
            }
            if (!head.toString().startsWith("HTTP/1.1 101 ")) {
                throw new AssertionError("No upgrade: " + head);
            }
            connection.begin(new byte[0]);
            return connection.end(1).answer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends these on one connection, without waiting, and returns how many are answered or refused one by one. */
    static long answered(int port, List<String> requests) {
        try (var connection = connect(port)) {
            for (var i = 0; i < requests.size(); i++) {
                connection.request(2 * i + 1, requests.get(i));
            }
            return IntStream.range(0, requests.size())
                    .mapToObj(i -> connection.end(2 * i + 1))
                    .filter(end -> !end.isOfConnection())
                    .count();
        }
    }

    /** Sends a request that is written as one of HTTP/1.1. What belongs to that connection alone is left out. */
    void request(int stream, String request) {
        var end = request.indexOf("\r\n\r\n");
        var lines = request.substring(0, end).split("\r\n", -1);
        var body = request.substring(end + 4).getBytes(ISO_8859_1);
        head(stream, body.length == 0, fields(lines));
        if (body.length > 0) {
            data(stream, true, body);
        }
    }

    private static List<Field> fields(String[] lines) {
        var words = lines[0].split(" ", -1);
        var fields = new ArrayList<Field>();
        fields.add(new Field(":method", words[0]));
        fields.add(new Field(":scheme", "http"));
        fields.add(new Field(":path", words[1]));
        for (var line : Arrays.asList(lines).subList(1, lines.length)) {
            var name = line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT);
            var value = line.substring(line.indexOf(':') + 1).strip();
            switch (name) {
                case "host" -> fields.add(3, new Field(":authority", value));
                case "connection", "transfer-encoding", "te", "upgrade" -> {}
                default -> fields.add(new Field(name, value));
            }
        }
        return fields;
    }

    /** The head of an ordinary request. */
    static List<Field> head(String method, String path, Field... more) {
        var fields = new ArrayList<>(List.of(
                new Field(":method", method),
                new Field(":scheme", "http"),
                new Field(":path", path),
                new Field(":authority", "localhost")));
        fields.addAll(List.of(more));
        return fields;
    }

    /** Sends a head, in as many frames as it takes. */
    void head(int stream, boolean isEnd, List<Field> fields) {
        var block = block(fields);
        var endStream = isEnd ? END_STREAM : 0;
        for (var at = 0; at == 0 || at < block.length; at += LARGEST_FRAME) {
            var to = Math.min(block.length, at + LARGEST_FRAME);
            frame(
                    at == 0 ? HEADERS : CONTINUATION,
                    (at == 0 ? endStream : 0) | (to == block.length ? END_HEADERS : 0),
                    stream,
                    Arrays.copyOfRange(block, at, to));
        }
    }

    /** Literals, neither indexed nor compressed (RFC 7541 §6.2.2). */
    static byte[] block(List<Field> fields) {
        var block = new ByteArrayOutputStream();
        for (var field : fields) {
            block.write(0);
            text(block, field.name());
            text(block, field.value());
        }
        return block.toByteArray();
    }

    private static void text(ByteArrayOutputStream block, String text) {
        var bytes = text.getBytes(ISO_8859_1);
        if (bytes.length < 127) {
            block.write(bytes.length);
        } else {
            block.write(127);
            var rest = bytes.length - 127;
            for (; rest >= 128; rest >>= 7) {
                block.write((rest & 127) | 128);
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    /** Sends a body as far as the broker lets it; gives up once the stream or the connection has ended. */
    void data(int stream, boolean isEnd, byte[] body) {
        for (var sent = 0; sent < body.length && !isOver(stream); ) {
            var length = Math.min(body.length - sent, Math.min(LARGEST_FRAME, Math.min(window, state(stream).window)));
            if (length <= 0) {
                read();
                continue;
            }
            window -= length;
            state(stream).window -= length;
            var last = isEnd && sent + length == body.length;
            frame(DATA, last ? END_STREAM : 0, stream, Arrays.copyOfRange(body, sent, sent + length));
            sent += length;
        }
    }

    void frame(int type, int flags, int stream, byte[] payload) {
        // If the broker has closed the connection, what it said before is read.
        var _ = isWritten(bytes(type, flags, stream, payload));
    }

    /** Sends this frame of the connection over and over, and reads nothing. Returns whether the broker ended that in time. */
    boolean endsAFloodOf(int type, byte[] payload, int frames) {
        var thousand = new ByteArrayOutputStream();
        for (var i = 0; i < 1_000; i++) {
            thousand.writeBytes(bytes(type, 0, 0, payload));
        }
        for (var sent = 0; sent < frames; sent += 1_000) {
            if (!isWritten(thousand.toByteArray())) {
                return true;
            }
        }
        return false;
    }

    private static byte[] bytes(int type, int flags, int stream, byte[] payload) {
        var frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        return frame.array();
    }

    /** False if the broker has closed the connection. */
    private boolean isWritten(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (SocketException closed) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until this stream has ended, by an answer, a reset, or the end of the connection. */
    End end(int stream) {
        while (!isOver(stream)) {
            read();
        }
        return state(stream).end(goneAway);
    }

    /** Reads until the connection has ended, and returns the error that the broker named; -1 if it named none. */
    int endOfConnection() {
        while (!isClosed) {
            read();
        }
        return goneAway;
    }

    /** Reads frames until there is one of this type, which is returned. */
    Frame next(int type) {
        while (true) {
            var frame = read();
            if (frame.type() == type || isClosed) {
                return frame;
            }
        }
    }

    private boolean isOver(int stream) {
        return isClosed || state(stream).isOver;
    }

    private Stream state(int stream) {
        return streams.computeIfAbsent(stream, unknown -> new Stream());
    }

    private Frame read() {
        try {
            var length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
            var frame = new Frame(
                    in.readUnsignedByte(),
                    in.readUnsignedByte(),
                    in.readInt() & Integer.MAX_VALUE,
                    in.readNBytes(length));
            handle(frame);
            return frame;
        } catch (EOFException | SocketException closed) {
            isClosed = true;
            return new Frame(-1, 0, 0, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void handle(Frame frame) {
        switch (frame.type()) {
            case HEADERS, CONTINUATION -> {
                var before = frame.type() == HEADERS && frame.has(PRIORITY) ? 5 : 0;
                state(frame.stream()).block.write(frame.payload(), before, frame.payload().length - before);
                state(frame.stream()).isLast |= frame.type() == HEADERS && frame.has(END_STREAM);
                if (frame.has(END_HEADERS)) {
                    readHead(frame.stream());
                }
            }
            case DATA -> {
                state(frame.stream()).body.writeBytes(frame.payload());
                state(frame.stream()).isOver |= frame.has(END_STREAM);
                if (frame.payload().length > 0) {
                    widen(0, frame.payload().length);
                    widen(frame.stream(), frame.payload().length);
                }
            }
            case RST_STREAM -> {
                state(frame.stream()).reset = frame.number(0);
                state(frame.stream()).isOver = true;
            }
            case GOAWAY -> goneAway = frame.number(4);
            case WINDOW_UPDATE -> {
                if (frame.stream() == 0) {
                    window += frame.number(0);
                } else {
                    state(frame.stream()).window += frame.number(0);
                }
            }
            case SETTINGS -> {
                if (!frame.has(ACK)) {
                    frame(SETTINGS, ACK, 0, new byte[0]);
                }
            }
            case PING -> {
                if (!frame.has(ACK)) {
                    frame(PING, ACK, 0, frame.payload());
                }
            }
            default -> {}
        }
    }

    private void readHead(int id) {
        var stream = state(id);
        var fields = unpacked(id, stream.block.toByteArray());
        stream.block.reset();
        if (fields.status() != null && !fields.status().toString().startsWith("1")) {
            stream.status = Integer.parseInt(fields.status().toString());
            fields.forEach(field -> stream.head.append("%s: %s\r\n".formatted(field.getKey(), field.getValue())));
        }
        stream.isOver |= stream.isLast;
    }

    private Http2Headers unpacked(int id, byte[] block) {
        try {
            return decoder.decodeHeaders(id, Unpooled.wrappedBuffer(block));
        } catch (Http2Exception e) {
            throw new AssertionError("A head that cannot be unpacked", e);
        }
    }

    /** Lets the broker send more. */
    void widen(int stream, int bytes) {
        frame(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
    }

    /** Settings as they are on the wire: each a number and a value. */
    static byte[] settings(int... numbersAndValues) {
        var bytes = ByteBuffer.allocate(numbersAndValues.length * 3);
        for (var i = 0; i < numbersAndValues.length; i += 2) {
            bytes.putShort((short) numbersAndValues[i]).putInt(numbersAndValues[i + 1]);
        }
        return bytes.array();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What has come of a stream so far. */
    private static final class Stream {

        private final ByteArrayOutputStream block = new ByteArrayOutputStream();
        private final StringBuilder head = new StringBuilder();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private int window = FIRST_WINDOW;
        private int status;
        private int reset = -1;
        private boolean isLast;
        private boolean isOver;

        private End end(int goneAway) {
            return new End(status, head.toString(), body.toString(UTF_8), isOver ? reset : goneAway, !isOver);
        }
    }
}
