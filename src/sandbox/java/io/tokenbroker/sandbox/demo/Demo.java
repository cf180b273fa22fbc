package io.tokenbroker.sandbox.demo;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.EarlierLink;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.receiver.EventReceiver;
import io.tokenbroker.sandbox.receiver.EventReceiver.Received;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** What {@code make run} starts beside the broker: both stand-ins and the demo page, until stopped. */
public final class Demo {

    private static final int PAGE_PORT = 3000;
    private static final int RECEIVER_PORT = 9013;
    private static final String EVENT_SECRET = "whsec_c2FuZGJveC1vbmx5LXNpZ25pbmctc2VjcmV0LTMyYnl0ZXM=";
    private static final URI BROKER = URI.create("http://localhost:8080");
    private static final URI MANAGEMENT = URI.create("http://localhost:9000");

    private Demo() {}

    /** @param arguments the file to write the broker's settings to */
    public static void main(String[] arguments) throws IOException {
        try {
            run(Path.of(arguments[0]));
        } catch (UncheckedIOException taken) {
            if (taken.getCause() instanceof BindException) {
                System.err.println(taken.getMessage() + ": it is in use. Stop what listens there and try again.");
                System.exit(1);
            }
            throw taken;
        }
    }

    private static void run(Path settings) throws IOException {
        var sandbox = Sandbox.start(Sandbox.FUSION_AUTH_PORT, Sandbox.ENTRA_PORT);
        var page = new DemoServer(
                PAGE_PORT,
                BROKER,
                sandbox.fusionAuth().url(),
                sandbox.resourceManager(),
                FusionAuthStandIn.APPLICATION_ID.toString(),
                Sandbox.DEMO_KEY);
        page.start();
        var link = new EarlierLink(sandbox)
                .add(FusionAuthStandIn.ZOE_ID, Sandbox.CONTOSO, Tenant.CONTOSO, "bea@contoso.com");
        var account = new AccountId(link.identityProviderId(), link.identityProviderUserId()).toString();
        var receiver = new EventReceiver(RECEIVER_PORT, EVENT_SECRET, Demo::print);
        sandbox.fusionAuth().webhooks().to(BROKER.resolve("/webhooks/fusionauth"));
        Files.writeString(settings, properties(sandbox, receiver));
        awaitBroker();
        System.out.println(welcome(sandbox, page, account));
    }

    /** The commands below are for pasting, so they are shown when they work. */
    private static void awaitBroker() {
        try (var http = HttpClient.newHttpClient()) {
            var ready = HttpRequest.newBuilder(MANAGEMENT.resolve("/q/health/ready"))
                    .build();
            while (!isOk(http, ready)) {
                LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            }
        }
    }

    private static boolean isOk(HttpClient http, HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    private static void print(Received event) {
        System.out.printf("Event %s: %s%n", event.type(), event.event().path("data"));
    }

    private static String properties(Sandbox sandbox, EventReceiver receiver) {
        var settings = new TreeMap<>(sandbox.settingsWithWebhooks());
        settings.put("broker.events.demo.url", receiver.url().toString());
        settings.put("broker.events.demo.secret", EVENT_SECRET);
        return settings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String welcome(Sandbox sandbox, DemoServer page, String account) {
        return """

                ----------------------------------------------------------------------------------------------
                 Demo page    %s            sign in as %s, password "%s",
                                                       then connect b@contoso.com, c@fabrikam.com, d@adatum.com
                 Back end     %s/backend.html
                 Broker       %s            the API
                 Operators    %s            /q/health/ready  /q/metrics  /q/events  /q/openapi
                 FusionAuth   %s            a stand-in; so is
                 Entra        %s            tenants %s

                 Zoe (%s) has linked bea@contoso.com already, so these work as pasted:

                 %s

                 Ctrl-C stops everything.
                ----------------------------------------------------------------------------------------------
                """.formatted(
                        page.url(),
                        FusionAuthStandIn.ALICE,
                        FusionAuthStandIn.PASSWORD,
                        page.url(),
                        BROKER,
                        MANAGEMENT,
                        sandbox.fusionAuth().url(),
                        sandbox.entra().url(),
                        Tenant.ALL.stream().map(Tenant::domain).collect(Collectors.joining(", ")),
                        FusionAuthStandIn.ZOE,
                        String.join("\n\n ", commands(account)));
    }

    /** Commands to paste beside the running demo; README.md shows the same. */
    public static List<String> commands(String account) {
        return List.of(
                "curl -s %s/q/health/ready".formatted(MANAGEMENT),
                "curl -s '%s/accounts?user_id=%s' -H 'Authorization: Bearer %s'"
                        .formatted(BROKER, FusionAuthStandIn.ZOE_ID, Sandbox.DEMO_KEY),
                "curl -s -X POST %s/accounts/%s/token -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{\"resource\":\"https://management.azure.com\"}'"
                        .formatted(BROKER, account, Sandbox.DEMO_KEY));
    }
}
