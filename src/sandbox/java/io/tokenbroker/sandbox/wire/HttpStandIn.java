package io.tokenbroker.sandbox.wire;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP server, on the loopback address unless said otherwise, one virtual thread a request. A subclass answers; an exception it throws
 * becomes a 500 whose text says what went wrong, so that a fault of a stand-in is never mistaken for a fault under
 * test.
 */
public abstract class HttpStandIn implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile Interference interference = Interference.NONE;

    /** @param port where to listen; 0 takes any free port */
    protected HttpStandIn(int port) {
        this(new InetSocketAddress("localhost", port));
    }

    protected HttpStandIn(InetSocketAddress address) {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "1000");
        try {
            server = HttpServer.create(address, 1024);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot listen on port " + address.getPort(), e);
        }
        server.setExecutor(threads);
    }

    /** Answers one request. May block as long as it likes: it has a thread of its own. */
    protected abstract Reply answer(Request request);

    /** From now on this comes between every caller and the answers. There is no way to say so by HTTP. */
    public final void suffer(Interference from) {
        interference = from;
    }

    /** Begins to answer. Called once, when the subclass is ready. */
    public final void start() {
        server.createContext("/", this::handle);
        server.start();
    }

    /** Where this stand-in is, without a slash at the end. */
    public final URI url() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) {
        try (exchange) {
            send(exchange, reply(exchange));
        } catch (IOException clientWentAway) {
            exchange.close();
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        var request = Request.of(exchange);
        try {
            return interference.meet(request, () -> answer(request));
        } catch (RuntimeException fault) {
            return Reply.html(500, "Fault of the stand-in at " + request.path() + ": " + fault);
        }
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        if (reply.isDropped()) {
            exchange.close();
            return;
        }
        if (reply.isStalled()) {
            stall(exchange);
            return;
        }
        reply.headers().forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
        var body = reply.bytes();
        var bodiless = reply.body().isEmpty() || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(reply.status(), bodiless ? -1 : body.length);
        if (!bodiless) {
            exchange.getResponseBody().write(body);
        }
    }

    private static void stall(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 2);
        exchange.getResponseBody().write('{');
        exchange.getResponseBody().flush();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }
}
