package io.tokenbroker.real;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.support.DoorSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples of managed identity, by the real SDKs as they are published, from success to each kind of refusal. */
class AzureSdksIT {

    private static final Path EXAMPLES = Path.of("examples").toAbsolutePath();
    private static final String BLAKE = "b@contoso.com";

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    @AutoClose
    private static final BrokerProcess BROKER = new BrokerProcess("azure-sdks", settings());

    private String account = "";

    @BeforeAll
    static void start() {
        BROKER.start();
    }

    @BeforeEach
    void link() {
        SANDBOX.reset();
        var api = new Api(BROKER.url(), SANDBOX.fusionAuth());
        var started = api.start(Sandbox.CONTOSO, Sandbox.CALLBACK);
        var completed = api.complete(SANDBOX.entra().signIn(at(started, "authorize_url"), BLAKE));
        var linked = completed.statusCode() == 202 ? api.resolve(at(completed, "pending_link_id")) : completed;
        account = at(linked.then().statusCode(200).extract(), "account.id");
    }

    @Test
    void azureIdentityForJavaGetsATokenThatTheTenantTakesKeepsItAndShowsWhatIsWrong() {
        Program.require("mvn", "examples/java-azure-identity");
        var folder = EXAMPLES.resolve("java-azure-identity");
        var built = Program.run(folder, Map.of(), "mvn", "-q", "-B", "-ntp", "package");
        assertThat(built.exitCode()).as(built.output()).isZero();
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

        works(folder, java, "-XX:TieredStopAtLevel=1", "-jar", "target/java-azure-identity.jar");
    }

    @Test
    void azureIdentityForNodeGetsATokenThatTheTenantTakesKeepsItAndShowsWhatIsWrong() {
        Program.require("npm", "examples/node-azure-identity");
        var folder = EXAMPLES.resolve("node-azure-identity");
        var installed = Program.run(folder, Map.of(), "npm", "ci", "--no-audit", "--no-fund", "--prefer-offline");
        assertThat(installed.exitCode()).as(installed.output()).isZero();

        works(folder, "node", "tokens.mjs");
    }

    private void works(Path folder, String... command) {
        var asked = tokenRequests();
        var good = Program.run(folder, variables(), command);

        assertThat(good.output()).contains("call 1: ", "call 2: ", BLAKE).doesNotContain("eyJ");
        assertThat(good.output().split("accepted: 200 ", -1)).hasSize(3);
        assertThat(good.exitCode()).isZero();
        assertThat(tokenRequests()).as("requests for two calls").isEqualTo(asked + 1);
        byPathAlone(folder, command);
        eachRefusalIsShown(folder, command);
    }

    private void byPathAlone(Path folder, String... command) {
        var variables = with("IDENTITY_ENDPOINT", "%s/accounts/%s/msi/token".formatted(BROKER.url(), account));
        variables.remove("AZURE_CLIENT_ID");

        assertThat(Program.run(folder, variables, command).exitCode()).isZero();
    }

    private void eachRefusalIsShown(Path folder, String... command) {
        var nobody = new AccountId(Sandbox.CONTOSO, "nobody").toString();
        shows(Program.run(folder, with("AZURE_CLIENT_ID", nobody), command), "account_not_found", "AZURE_CLIENT_ID");
        shows(Program.run(folder, with("IDENTITY_HEADER", "wrong"), command), "unauthorized", "IDENTITY_HEADER");

        var narrow = with("IDENTITY_HEADER", DoorSettings.NARROW);
        narrow.put("RESOURCE", "https://graph.microsoft.com");
        shows(Program.run(folder, narrow, command), "forbidden", "broker.clients.<name>.resources");

        var away = with("RESOURCE", "https://graph.microsoft.com");
        SANDBOX.entra().faults().add(new EntraFault(EntraFault.Kind.UNAVAILABLE, "1", "*", "*", "*", "*", 0));
        shows(Program.run(folder, away, command), "provider_unavailable", "no account is lost");
        SANDBOX.entra().faults().clear();

        SANDBOX.entra().directory().revokeSessions(BLAKE);
        shows(
                Program.run(folder, with("RESOURCE", "api://orders"), command),
                "reauthorization_required",
                "authorize the account again",
                account);
    }

    private static void shows(Program ended, String... text) {
        assertThat(ended.output()).contains(text).doesNotContain("tbk_");
        assertThat(ended.exitCode()).isEqualTo(1);
    }

    private Map<String, String> with(String name, String value) {
        var variables = new HashMap<>(variables());
        variables.put(name, value);
        return variables;
    }

    private Map<String, String> variables() {
        return Map.of(
                "IDENTITY_ENDPOINT",
                BROKER.url() + "/msi/token",
                "IDENTITY_HEADER",
                Sandbox.DEMO_KEY,
                "AZURE_CLIENT_ID",
                account,
                "API",
                SANDBOX.entra().url() + "/arm/subscriptions");
    }

    /** How many requests the broker has got at the door, whatever it answered. */
    private static double tokenRequests() {
        return given().baseUri(BROKER.management().toString())
                .get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("http_server_requests_seconds_count{") && line.contains("/msi/token\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static Map<String, String> settings() {
        var settings = new HashMap<>(SANDBOX.settings());
        settings.putAll(DoorSettings.client("narrow", DoorSettings.NARROW, "*", DoorSettings.ARM));
        return settings;
    }
}
