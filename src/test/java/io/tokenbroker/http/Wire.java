package io.tokenbroker.http;

import java.util.List;

/** The two ways of sending one and the same request. */
public enum Wire {
    HTTP_1_1 {
        @Override
        public RawHttp send(String request) {
            return RawHttp.send(request);
        }

        @Override
        public RawHttp sendWithoutLength(String requestLine, String headers, String body) {
            var half = body.length() / 2;
            return send(
                    requestLine,
                    headers + "Transfer-Encoding: chunked\r\n",
                    chunk(body.substring(0, half)) + chunk(body.substring(half)) + "0\r\n\r\n");
        }

        @Override
        long answered(int port, List<String> requests) {
            return RawHttp.answered(port, requests);
        }

        private static String chunk(String text) {
            return text.isEmpty() ? "" : "%x\r\n%s\r\n".formatted(text.length(), text);
        }
    },

    /** In clear text, as who knows that the broker speaks it. */
    HTTP_2 {
        @Override
        public RawHttp send(String request) {
            return RawHttp2.send(request);
        }

        @Override
        public RawHttp sendWithoutLength(String requestLine, String headers, String body) {
            return send(requestLine, headers, body);
        }

        @Override
        long answered(int port, List<String> requests) {
            return RawHttp2.answered(port, requests);
        }
    };

    /** Sends this, written as a request of HTTP/1.1, and nothing else. */
    public abstract RawHttp send(String request);

    /** The same, with a body (in several parts) whose length is not said before. */
    public abstract RawHttp sendWithoutLength(String requestLine, String headers, String body);

    /** Sends these together, and returns how many are answered. */
    abstract long answered(int port, List<String> requests);

    /** Sends a request line, headers (each with its line end) and a body. */
    public RawHttp send(String requestLine, String headers, String body) {
        return send(RawHttp.text(requestLine, headers, body));
    }
}
