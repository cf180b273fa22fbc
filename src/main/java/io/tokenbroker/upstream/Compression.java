package io.tokenbroker.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.io.InputDecorator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * JSON that comes compressed although nothing but {@code identity} was asked for (RFC 9110 §12.5.3). The first two bytes
 * tell, for no JSON begins like a gzip or a zlib stream; a header may be missing or wrong.
 */
public final class Compression {

    private Compression() {}

    /** The body without compression. The caller bounds what is read: a few bytes can become very many. */
    public static InputStream undone(InputStream body) throws IOException {
        var whole = new PushbackInputStream(body, 2);
        var start = whole.readNBytes(2);
        whole.unread(start);
        var number = start.length < 2 ? 0 : ((start[0] & 0xff) << 8) | (start[1] & 0xff);
        if (number == 0x1f8b) {
            return new GZIPInputStream(whole);
        }
        return isZlib(number) ? new InflaterInputStream(whole) : whole;
    }

    /** Makes parsers that do the same. */
    public static JsonFactory parsers() {
        return JsonFactory.builder().inputDecorator(new Undoing()).build();
    }

    /** RFC 1950 §2.2: the method is 8, and the two bytes are a multiple of 31. */
    private static boolean isZlib(int number) {
        return ((number >> 8) & 0x0f) == 8 && number % 31 == 0;
    }

    private static final class Undoing extends InputDecorator {

        private static final long serialVersionUID = 1;

        @Override
        public InputStream decorate(IOContext context, InputStream body) throws IOException {
            return undone(body);
        }

        @Override
        public InputStream decorate(IOContext context, byte[] body, int offset, int length) throws IOException {
            return undone(new ByteArrayInputStream(body, offset, length));
        }

        @Override
        public Reader decorate(IOContext context, Reader text) {
            return text;
        }
    }
}
