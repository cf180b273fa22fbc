package io.tokenbroker.sandbox.demo;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * The demo page alone, beside a real FusionAuth and a broker, until stopped: {@code deploy/compose} runs it. Environment
 * variables say where these are.
 */
public final class DemoPage {

    private static final URI AZURE = URI.create("https://management.azure.com/");

    private DemoPage() {}

    public static void main(String[] arguments) {
        var environment = System.getenv();
        new DemoServer(
                        new InetSocketAddress(Integer.parseInt(required(environment, "DEMO_PORT"))),
                        new BackEnd(
                                URI.create(required(environment, "DEMO_BROKER_FROM_BACK_END")),
                                AZURE,
                                required(environment, "DEMO_CLIENT_KEY")),
                        URI.create(required(environment, "DEMO_BROKER")),
                        URI.create(required(environment, "DEMO_FUSIONAUTH")),
                        required(environment, "DEMO_APPLICATION_ID"))
                .start();
    }

    private static String required(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> new IllegalArgumentException(name + " is missing in the environment"));
    }
}
