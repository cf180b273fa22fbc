package io.tokenbroker.ops;

import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Traces are on, and the log is JSON. What a collector would get of traces lies in files beside the log. */
public final class Observed implements QuarkusTestProfile {

    private static final Path LOGS = Path.of(System.getProperty("sandbox.logs", "target/leaks/logs"));

    public static final Path JSON_LOG = LOGS.resolve("json.log");
    public static final Path TRACES = LOGS.resolve("traces");

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Collector.class));
    }

    /** Takes traces as OTLP over HTTP, a file for each request. */
    public static final class Collector implements QuarkusTestResourceLifecycleManager {

        private final AtomicInteger requests = new AtomicInteger();
        private final HttpServer server;

        public Collector() {
            try {
                server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Its settings win over those of the sandbox. */
        @Override
        public int order() {
            return 1;
        }

        @Override
        public Map<String, String> start() {
            server.createContext("/v1/traces", exchange -> {
                var file = Files.createDirectories(TRACES).resolve(requests.incrementAndGet() + ".otlp");
                Files.write(file, exchange.getRequestBody().readAllBytes());
                exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
            return Map.of(
                    "quarkus.otel.sdk.disabled",
                    "false",
                    "quarkus.otel.exporter.otlp.endpoint",
                    "http://localhost:" + server.getAddress().getPort(),
                    "quarkus.otel.exporter.otlp.protocol",
                    "http/protobuf",
                    "quarkus.otel.bsp.schedule.delay",
                    "100ms",
                    "quarkus.log.file.path",
                    JSON_LOG.toString(),
                    "quarkus.log.file.json.enabled",
                    "true");
        }

        @Override
        public void stop() {
            server.stop(0);
        }
    }
}
