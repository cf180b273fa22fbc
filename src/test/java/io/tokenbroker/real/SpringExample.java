package io.tokenbroker.real;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.process.FreePort;
import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The example of Spring Security: built by its own project, and run with more registrations than its settings have. */
final class SpringExample implements AutoCloseable {

    private static final Path FOLDER = Path.of("examples/spring-token-exchange").toAbsolutePath();
    private static final String CLIENT = "spring.security.oauth2.client.";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final int port = FreePort.any();
    private final Process process;

    private SpringExample(Map<String, String> variables, Map<String, String> registrations) {
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                FOLDER.resolve("target/spring-token-exchange.jar").toString());
        builder.environment().putAll(variables);
        builder.environment().put("PORT", String.valueOf(port));
        builder.environment()
                .put(
                        "SPRING_CONFIG_ADDITIONAL_LOCATION",
                        BrokerProcess.write("spring-example", registrations)
                                .toUri()
                                .toString());
        try {
            process = builder.redirectErrorStream(true)
                    .redirectOutput(
                            BrokerProcess.logs().resolve("spring-example.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** Builds it and starts it. */
    static SpringExample start(Map<String, String> variables, List<Registration> registrations) {
        var built = Program.run(FOLDER, Map.of(), "mvn", "-q", "-B", "-ntp", "package");
        if (built.exitCode() != 0) {
            throw new AssertionError(built.output());
        }
        var settings = new HashMap<String, String>();
        registrations.forEach(registration -> settings.putAll(registration.settings()));
        var started = new SpringExample(variables, settings);
        started.await();
        return started;
    }

    /** What a person with this token sees. */
    Response get(String registration, String userToken) {
        return given().header("Authorization", "Bearer " + userToken)
                .get("http://localhost:%d/{registration}".formatted(port), registration);
    }

    private void await() {
        Waiting.until(() -> isReady() || !process.isAlive(), PATIENCE);
        if (!process.isAlive()) {
            throw new AssertionError("The example of Spring did not start; see spring-example.log");
        }
    }

    private boolean isReady() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
    }

    /**
     * One more registration.
     *
     * @param account whose tokens it gets
     */
    record Registration(String name, String broker, String account, String client, String key, String scope) {

        Map<String, String> settings() {
            var registration = CLIENT + "registration." + name;
            return Map.of(
                    registration + ".provider", name,
                    registration + ".client-id", client,
                    registration + ".client-secret", key,
                    registration + ".client-authentication-method", "client_secret_post",
                    registration + ".authorization-grant-type", "urn:ietf:params:oauth:grant-type:token-exchange",
                    registration + ".scope", scope,
                    CLIENT + "provider." + name + ".token-uri",
                            "%s/accounts/%s/oauth2/token".formatted(broker, account));
        }

        @Override
        public String toString() {
            return "Registration[" + name + "]";
        }
    }
}
