package io.tokenbroker.ops;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A span as OTLP has it (opentelemetry-proto, trace/v1/trace.proto). Read as far as tests need it.
 *
 * @param attributes those that are text
 */
record OtlpSpan(String trace, String id, String parent, String name, Map<String, String> attributes) {

    /** The spans of an ExportTraceServiceRequest. */
    static List<OtlpSpan> of(byte[] request) {
        return parts(ByteBuffer.wrap(request), 1)
                .flatMap(resourceSpans -> parts(resourceSpans, 2))
                .flatMap(scopeSpans -> parts(scopeSpans, 2))
                .map(OtlpSpan::of)
                .toList();
    }

    private static OtlpSpan of(ByteBuffer span) {
        var attributes = new TreeMap<String, String>();
        parts(span, 9)
                .forEach(pair -> parts(pair, 2)
                        .flatMap(value -> parts(value, 1))
                        .forEach(value -> attributes.put(
                                text(pair, 1),
                                StandardCharsets.UTF_8.decode(value).toString())));
        return new OtlpSpan(hex(span, 1), hex(span, 2), hex(span, 4), text(span, 5), attributes);
    }

    private static String hex(ByteBuffer message, int field) {
        return parts(message, field)
                .map(part -> {
                    var bytes = new byte[part.remaining()];
                    part.get(bytes);
                    return HexFormat.of().formatHex(bytes);
                })
                .findFirst()
                .orElse("");
    }

    private static String text(ByteBuffer message, int field) {
        return parts(message, field)
                .map(part -> StandardCharsets.UTF_8.decode(part).toString())
                .findFirst()
                .orElse("");
    }

    /** The fields of this number that have a length: messages, texts and bytes. */
    private static Stream<ByteBuffer> parts(ByteBuffer message, int field) {
        var parts = new ArrayList<ByteBuffer>();
        var rest = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (rest.hasRemaining()) {
            var key = varint(rest);
            switch ((int) key & 7) {
                case 0 -> varint(rest);
                case 1 -> rest.position(rest.position() + 8);
                case 5 -> rest.position(rest.position() + 4);
                default -> {
                    var length = (int) varint(rest);
                    if (key >>> 3 == field) {
                        parts.add(rest.slice(rest.position(), length));
                    }
                    rest.position(rest.position() + length);
                }
            }
        }
        return parts.stream();
    }

    private static long varint(ByteBuffer from) {
        var value = 0L;
        for (var shift = 0; ; shift += 7) {
            var next = from.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
