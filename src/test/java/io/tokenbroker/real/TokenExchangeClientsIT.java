package io.tokenbroker.real;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.response.Response;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.real.SpringExample.Registration;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.support.ClientKey;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples of the token exchange, by the real clients as they are published, from success to each kind of refusal. */
class TokenExchangeClientsIT {

    private static final Path EXAMPLES = Path.of("examples").toAbsolutePath();
    private static final String BLAKE = "b@contoso.com";
    private static final ClientKey ORDERS_ONLY = ClientKey.of("orders");

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    @AutoClose
    private static final BrokerProcess BROKER = new BrokerProcess("token-exchange-clients", settings());

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
    void openidClientGetsTokensThatTheTenantTakesAndShowsWhatIsWrong() {
        Program.require("npm", "examples/node-openid-client");
        var folder = EXAMPLES.resolve("node-openid-client");
        assertThat(Program.run(folder, Map.of(), "npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"))
                .extracting(Program::exitCode)
                .isEqualTo(0);
        var mints = mints();

        succeeds(Program.run(folder, variables(), "node", "mint.mjs"), "call 1: 200 ", "call 2: 200 ", BLAKE);

        assertThat(mints()).isEqualTo(mints + 1);
        eachRefusalIsShown(folder, "node", "mint.mjs");
    }

    @Test
    void curlGetsTokensThatTheTenantTakesAndShowsWhatIsWrong() {
        Program.require("curl", "examples/curl");
        var folder = EXAMPLES.resolve("curl");

        succeeds(Program.run(folder, variables(), "./exchange.sh"), BLAKE);

        eachRefusalIsShown(folder, "./exchange.sh");
    }

    @Test
    void springSecurityGetsTokensThatTheTenantTakesKeepsThemAndShowsWhatIsWrong() {
        Program.require("mvn", "examples/spring-token-exchange");
        var nobody = new AccountId(Sandbox.CONTOSO, "nobody").toString();
        var arm = "https://management.azure.com/.default";
        var alice = SANDBOX.fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID);
        var zoe = SANDBOX.fusionAuth().accessToken(FusionAuthStandIn.ZOE_ID);
        try (var spring = SpringExample.start(
                springVariables(),
                List.of(
                        registration("unknown", nobody, Sandbox.DEMO_KEY, "demo", arm),
                        registration("forbidden", account, ORDERS_ONLY.key(), ORDERS_ONLY.name(), arm),
                        registration(
                                "graph", account, Sandbox.DEMO_KEY, "demo", "https://graph.microsoft.com/.default"),
                        registration("orders", account, Sandbox.DEMO_KEY, "demo", "api://orders/.default")))) {
            var mints = mints();
            for (var call = 1; call <= 2; call++) {
                spring.get("arm", alice).then().statusCode(200).body(json("user", equalTo(BLAKE)));
            }
            assertThat(mints()).isEqualTo(mints + 1);

            shows(spring.get("arm", zoe), "invalid_target", "There is no account of this id");
            shows(spring.get("unknown", alice), "invalid_target", "There is no account of this id");
            shows(spring.get("forbidden", alice), "invalid_target", "broker.clients.<name>.resources");
            SANDBOX.entra().faults().add(EntraFault.of(EntraFault.Kind.DROP));
            shows(spring.get("graph", alice), "invalid_token_response", "no account is lost");
            SANDBOX.entra().faults().clear();
            SANDBOX.entra().directory().revokeSessions(BLAKE);
            shows(spring.get("orders", alice), "invalid_grant", "authorize the account again");
        }
    }

    private static void shows(Response answer, String title, String detail) {
        answer.then().statusCode(502).body(json("title", equalTo(title))).body(json("detail", containsString(detail)));
    }

    private static Registration registration(String name, String account, String key, String client, String scope) {
        return new Registration(name, BROKER.url().toString(), account, client, key, scope);
    }

    private Map<String, String> springVariables() {
        var variables = new HashMap<>(variables());
        variables.put("FUSIONAUTH", SANDBOX.fusionAuth().url().toString());
        variables.put("APPLICATION_ID", FusionAuthStandIn.APPLICATION_ID.toString());
        return variables;
    }

    private void eachRefusalIsShown(Path folder, String... command) {
        var unknown = new HashMap<>(variables());
        unknown.put("ACCOUNT", new AccountId(Sandbox.CONTOSO, "nobody").toString());
        fails(Program.run(folder, unknown, command), "invalid_target", "account_not_found", "GET /accounts lists");

        var stranger = new HashMap<>(variables());
        stranger.put("KEY", ORDERS_ONLY.key());
        fails(Program.run(folder, stranger, command), "invalid_client", "unauthorized", "The client is not known");

        var elsewhere = new HashMap<>(variables());
        elsewhere.put("CLIENT", ORDERS_ONLY.name());
        elsewhere.put("KEY", ORDERS_ONLY.key());
        fails(
                Program.run(folder, elsewhere, command),
                "invalid_target",
                "forbidden",
                "broker.clients.<name>.resources");

        var uncached = new HashMap<>(variables());
        uncached.put("RESOURCE", "https://graph.microsoft.com");
        SANDBOX.entra().faults().add(EntraFault.of(EntraFault.Kind.DROP));
        fails(
                Program.run(folder, uncached, command),
                "temporarily_unavailable",
                "provider_unavailable",
                "no account is lost");
        SANDBOX.entra().faults().clear();

        SANDBOX.entra().directory().revokeSessions(BLAKE);
        uncached.put("RESOURCE", "api://orders");
        fails(
                Program.run(folder, uncached, command),
                "invalid_grant",
                "reauthorization_required",
                "authorize the account again");
    }

    private static void succeeds(Program ended, String... shown) {
        assertThat(ended.output()).contains(shown).doesNotContain("eyJ");
        assertThat(ended.exitCode()).isZero();
    }

    private static void fails(Program ended, String... shown) {
        assertThat(ended.output()).contains(shown).contains("equest").doesNotContain("tbk_");
        assertThat(ended.exitCode()).isEqualTo(1);
    }

    private Map<String, String> variables() {
        return Map.of(
                "BROKER",
                BROKER.url().toString(),
                "CLIENT",
                "demo",
                "KEY",
                Sandbox.DEMO_KEY,
                "ACCOUNT",
                account,
                "API",
                SANDBOX.entra().url() + "/arm/subscriptions");
    }

    /** How many mints the broker has answered with a token. */
    private static double mints() {
        return given().baseUri(BROKER.management().toString())
                .get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("broker_mints_total{") && line.matches(".*outcome=\"minted\".*"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static Map<String, String> settings() {
        var settings = new HashMap<>(SANDBOX.settings());
        settings.putAll(ORDERS_ONLY.settings(Map.of("providers", "*", "resources", "api://orders")));
        return settings;
    }
}
