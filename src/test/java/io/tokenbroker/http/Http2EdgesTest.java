package io.tokenbroker.http;

import static io.tokenbroker.http.RawHttp2.END_HEADERS;
import static io.tokenbroker.http.RawHttp2.END_STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.http.RawHttp2.Field;
import io.tokenbroker.sandbox.Sandbox;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The edges of HTTP/2, and those that it alone has: who breaks its rules ends a stream or a connection, and nothing else. */
@QuarkusTest
class Http2EdgesTest extends HttpEdges {

    private static final int NO_ERROR = 0x0;
    private static final int PROTOCOL_ERROR = 0x1;
    private static final int FLOW_CONTROL_ERROR = 0x3;
    private static final int REFUSED_STREAM = 0x7;
    private static final int COMPRESSION_ERROR = 0x9;
    private static final int ENHANCE_YOUR_CALM = 0xb;

    private static final int STREAMS = 100;
    private static final int KIB = 1024;

    @Override
    Wire wire() {
        return Wire.HTTP_2;
    }

    @Test
    void aHundredStreamsAtATimeAreAnswered() {
        try (var connection = RawHttp2.connect()) {
            for (var i = 0; i < STREAMS; i++) {
                connection.head(id(i), false, mint());
            }
            for (var i = 0; i < STREAMS; i++) {
                connection.data(id(i), true, ascii("{}"));
            }
            for (var i = 0; i < STREAMS; i++) {
                problem(connection.end(id(i)).answer(), 404, "account_not_found");
            }
        }
    }

    @Test
    void moreStreamsThanAgreedAreRefused() {
        try (var connection = RawHttp2.connect()) {
            for (var i = 0; i <= STREAMS; i++) {
                connection.head(id(i), false, mint());
            }

            assertThat(connection.end(id(STREAMS)).error()).isEqualTo(REFUSED_STREAM);

            connection.data(id(0), true, ascii("{}"));
            problem(connection.end(id(0)).answer(), 404, "account_not_found");
        }
    }

    @Test
    void streamsThatAreOpenedToBeResetEndTheConnection() {
        try (var connection = RawHttp2.connect()) {
            for (var i = 0; i < 3 * STREAMS; i++) {
                connection.head(id(i), false, mint());
                connection.frame(RawHttp2.RST_STREAM, 0, id(i), number(0x8));
            }

            assertThat(connection.endOfConnection()).isEqualTo(ENHANCE_YOUR_CALM);
        }
        assertItIsWell();
    }

    @Test
    void aHeadInCountlessFramesEndsTheConnection() {
        try (var connection = RawHttp2.connect()) {
            connection.frame(RawHttp2.HEADERS, END_STREAM, 1, RawHttp2.block(mint()));
            for (var i = 0; i < 1_000; i++) {
                connection.frame(RawHttp2.CONTINUATION, 0, 1, new byte[0]);
            }

            assertThat(connection.endOfConnection()).isEqualTo(ENHANCE_YOUR_CALM);
        }
        assertItIsWell();
    }

    @Test
    void aHeadWithoutEndEndsTheConnection() {
        var field = RawHttp2.block(List.of(new Field("x-a", "a".repeat(16_000))));
        try (var connection = RawHttp2.connect()) {
            connection.frame(RawHttp2.HEADERS, END_STREAM, 1, RawHttp2.block(mint()));
            for (var i = 0; i < 1_000; i++) {
                connection.frame(RawHttp2.CONTINUATION, 0, 1, field);
            }

            assertThat(connection.endOfConnection()).isIn(ENHANCE_YOUR_CALM, PROTOCOL_ERROR);
        }
        assertItIsWell();
    }

    /** RFC 7541 §7.3: one long field in the table, and a byte for each time that it is meant. */
    @Test
    void aSmallHeadThatUnpacksToALargeOneIsRefused() {
        var block = new ByteArrayOutputStream();
        block.writeBytes(RawHttp2.block(mint()));
        var value = RawHttp2.block(List.of(new Field("x-a", "a".repeat(4_000))));
        value[0] = 0x40; // into the table
        block.writeBytes(value);
        for (var i = 0; i < 4_000; i++) {
            block.write(0x80 | 62); // the newest of the table
        }
        try (var connection = RawHttp2.connect()) {
            connection.frame(RawHttp2.HEADERS, END_STREAM | END_HEADERS, 1, block.toByteArray());

            var end = connection.end(1);
            assertThat(end.status() == 431 || end.error() == ENHANCE_YOUR_CALM || end.error() == PROTOCOL_ERROR)
                    .as(end.toString())
                    .isTrue();
        }
        assertItIsWell();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "ffffffffffff", "3fffffffffff", "00ff", "be", "80"})
    void aHeadThatCannotBeUnpackedEndsTheConnection(String hex) {
        try (var connection = RawHttp2.connect()) {
            var block = HexFormat.of().parseHex(hex);
            connection.frame(RawHttp2.HEADERS, END_STREAM | END_HEADERS, 1, block);

            assertThat(connection.endOfConnection()).isEqualTo(COMPRESSION_ERROR);
        }
        assertItIsWell();
    }

    @Test
    void framesOfNothingEndTheConnection() {
        try (var connection = RawHttp2.connect()) {
            connection.head(1, false, mint());
            for (var i = 0; i < 1_000; i++) {
                connection.frame(RawHttp2.DATA, 0, 1, new byte[0]);
            }

            assertThat(connection.endOfConnection()).isEqualTo(ENHANCE_YOUR_CALM);
        }
        assertItIsWell();
    }

    @ParameterizedTest
    @CsvSource({"6, 8", "4, 0"}) // PING, SETTINGS
    void questionsWithoutReadingTheAnswersEndTheConnection(int type, int length) {
        try (var connection = RawHttp2.connect()) {
            assertThat(connection.endsAFloodOf(type, new byte[length], 2_000_000))
                    .isTrue();
        }
        assertItIsWell();
    }

    @Test
    void aPageIsToldWhetherItMayCall() {
        var preflight =
                "OPTIONS /accounts HTTP/1.1\r\nHost: localhost\r\nOrigin: %s\r\nAccess-Control-Request-Method: POST\r\n\r\n";

        assertThat(RawHttp2.send(preflight.formatted(Sandbox.APP_ORIGIN)).head())
                .contains("access-control-allow-origin: " + Sandbox.APP_ORIGIN);
        assertThat(RawHttp2.send(preflight.formatted("https://evil.example")).head())
                .doesNotContain("access-control-allow-origin");
    }

    @Test
    void whoSendsWithoutWaitingForRoomHearsTheLimit() {
        try (var connection = RawHttp2.connect()) {
            connection.head(1, false, mint());
            connection.head(3, false, mint());
            for (var i = 0; i < 64; i++) {
                connection.frame(RawHttp2.DATA, 0, i % 2 == 0 ? 1 : 3, new byte[16 * KIB]);
            }

            for (var stream : List.of(1, 3)) {
                var end = connection.end(stream);
                assertThat(end.status() == 413 || end.error() == FLOW_CONTROL_ERROR)
                        .as(end.toString())
                        .isTrue();
            }
        }
        assertItIsWell();
    }

    @Test
    void aWindowWiderThanThereAreNumbersIsNone() {
        try (var connection = RawHttp2.connect()) {
            connection.widen(0, Integer.MAX_VALUE);
            connection.widen(0, Integer.MAX_VALUE);

            assertThat(connection.endOfConnection()).isEqualTo(FLOW_CONTROL_ERROR);
        }
    }

    @Test
    void unfinishedBodiesOfOneConnectionAreBoundedTogether() {
        var large = new byte[60 * KIB];
        Arrays.fill(large, (byte) ' ');
        try (var connection = RawHttp2.connect()) {
            for (var i = 0; i < 4; i++) {
                connection.head(id(i), false, mint());
                connection.data(id(i), false, large);
            }
            connection.head(id(4), false, mint());
            connection.data(id(4), false, large);

            assertThat(connection.end(id(4)).error()).isEqualTo(REFUSED_STREAM);

            for (var i = 0; i < 4; i++) {
                connection.data(id(i), true, ascii("{}"));
                problem(connection.end(id(i)).answer(), 404, "account_not_found");
            }
            connection.head(id(5), false, mint());
            connection.data(id(5), true, large);
            problem(connection.end(id(5)).answer(), 404, "account_not_found");
        }
    }

    @Test
    void aBodyOfNothingMayEndInAFrameOfItsOwn() {
        try (var connection = RawHttp2.connect()) {
            connection.head(1, false, mint());
            connection.frame(RawHttp2.DATA, END_STREAM, 1, new byte[0]);

            problem(connection.end(1).answer(), 404, "account_not_found");
        }
    }

    @Test
    void aPathIsNoLongerThanWithHttp1() {
        var answer = RawHttp2.send(
                "GET /accounts?user_id=%s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted("a".repeat(4_096)));

        problem(answer, 400, "invalid_request");
        assertThat(answer.body()).contains("4096 bytes");
    }

    @Test
    void aBodyThatBreaksOffReachesNothing() {
        try (var connection = RawHttp2.connect()) {
            connection.head(1, false, mint());
            connection.data(1, false, ascii("{"));
            connection.frame(RawHttp2.RST_STREAM, 0, 1, number(0x8));

            connection.request(3, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
            problem(connection.end(3).answer(), 404, "not_found");
        }
    }

    /** It hears the answer first: a reset before that would hide it. */
    @Test
    void aBodyThatIsTooLargeIsAnsweredAndThenNotReadOn() {
        try (var connection = RawHttp2.connect()) {
            connection.head(1, false, mint());
            connection.data(1, false, new byte[70 * KIB]);

            var answered = connection.next(RawHttp2.HEADERS);
            assertThat(answered.stream()).isEqualTo(1);
            var reset = connection.next(RawHttp2.RST_STREAM);
            assertThat(reset.number(0)).isEqualTo(NO_ERROR);

            connection.request(3, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
            problem(connection.end(3).answer(), 404, "not_found");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1_000_000})
    void aBodyOfAnotherLengthThanSaidIsNoRequest(int length) {
        try (var connection = RawHttp2.connect()) {
            connection.head(1, false, mint(new Field("content-length", String.valueOf(length))));
            connection.data(1, true, ascii("{}"));

            var end = connection.end(1);
            assertThat(end.error() == PROTOCOL_ERROR || end.status() / 100 == 4)
                    .as(end.toString())
                    .isTrue();
        }
    }

    /** Malformed by RFC 9113 §8.2 and §8.3, or nothing that a resource takes. What is empty is left out of the head. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                ":path=",
                ":path=accounts",
                ":path=*",
                ":path=http://evil.example/accounts",
                ":path=/accounts\u0000",
                ":path=/acc ounts",
                ":method=",
                ":method=CONNECT",
                ":method=GET /x HTTP/1.1",
                ":scheme=",
                ":authority=a b",
                ":authority=evil@localhost",
                "host=evil.example",
                ":path=/accounts|:path=/providers",
                ":authority=a|:authority=b",
                ":status=200",
                ":made-up=x",
                "x-a=1|:path=/providers",
                "X-Upper=x",
                "x a=x",
                "x-a=b\r\nx-c: d",
                "connection=keep-alive",
                "keep-alive=timeout=5",
                "proxy-connection=close",
                "transfer-encoding=chunked",
                "transfer-encoding=chunked, x",
                "upgrade=h2c",
                "te=gzip",
                "content-length=x",
                "content-length=-1",
                "content-length=0|content-length=1"
            })
    void anOddHeadIsNoRequest(String fields) {
        try (var connection = RawHttp2.connect()) {
            connection.head(1, true, odd(fields));

            var end = connection.end(1);
            assertThat(end.error() == PROTOCOL_ERROR || end.status() / 100 == 4 || end.isOfConnection())
                    .as(end.toString())
                    .isTrue();
            if (!end.isOfConnection()) {
                connection.request(3, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
                problem(connection.end(3).answer(), 404, "not_found");
            }
        }
        assertItIsWell();
    }

    /** The accounts of a user, which are answered if nothing is odd. */
    private static List<Field> odd(String fields) {
        var head = new ArrayList<>(RawHttp2.head(
                "GET", "/accounts", new Field("authorization", user().strip().substring(15))));
        var said = new HashSet<String>();
        for (var field : fields.split("\\|", -1)) {
            var name = field.substring(0, field.indexOf('='));
            var value = field.substring(field.indexOf('=') + 1);
            if (name.startsWith(":") && said.add(name) && !fields.startsWith("x-a=1")) {
                head.removeIf(known -> known.name().equals(name));
                if (!value.isEmpty()) {
                    head.addFirst(new Field(name, value));
                }
            } else {
                head.add(new Field(name, value));
            }
        }
        return head;
    }

    @Test
    void theHeadOfAnOrdinaryRequestIsNotOdd() {
        try (var connection = RawHttp2.connect()) {
            connection.head(1, true, odd("x-a=1"));

            assertThat(connection.end(1).status()).isEqualTo(200);
        }
    }

    private static List<Field> mint(Field... more) {
        var fields = new ArrayList<>(List.of(
                new Field("authorization", "Bearer " + Sandbox.DEMO_KEY),
                new Field("content-type", "application/json")));
        fields.addAll(List.of(more));
        return RawHttp2.head("POST", "/accounts/acc_x/token", fields.toArray(Field[]::new));
    }

    /** A stranger, on a connection of their own. */
    private static void assertItIsWell() {
        problem(RawHttp2.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"), 404, "not_found");
        problem(RawHttp.send("GET /nothing", "", ""), 404, "not_found");
    }

    /** Clients' streams have odd numbers. */
    private static int id(int stream) {
        return 2 * stream + 1;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] number(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }
}
