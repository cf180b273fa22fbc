package io.tokenbroker.tenant;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A token endpoint that answers whatever a test writes, byte by byte if need be. */
final class ScriptedTenant implements AutoCloseable {

    private static final String PATH = "/token";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Headers> requests = new ArrayList<>();

    ScriptedTenant(HttpHandler script) {
        try {
            server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext(PATH, exchange -> {
            exchange.getRequestBody().readAllBytes();
            note(exchange);
            try (exchange) {
                script.handle(exchange);
            }
        });
        server.start();
    }

    /** Always the same answer. */
    static ScriptedTenant answering(int status, String type, String body) {
        return new ScriptedTenant(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.getResponseHeaders().set("Set-Cookie", "esctx=1; path=/");
            send(exchange, status, body);
        });
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort() + PATH;
    }

    /** The headers of each request so far. */
    synchronized List<Headers> requests() {
        return List.copyOf(requests);
    }

    private synchronized void note(HttpExchange exchange) {
        requests.add(exchange.getRequestHeaders());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
