package io.tokenbroker.real;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.deploy.ComposeFiles;
import io.tokenbroker.deploy.Manifests;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.EntraStandIn;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Kickstart;
import io.tokenbroker.sandbox.fusionauth.User;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.process.FreePort;
import io.tokenbroker.sandbox.process.PostgresServer;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.support.AnswersRecorded;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.Waiting;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code deploy} says is enough: a fresh FusionAuth plays the kickstart, PostgreSQL runs the script, and brokers with
 * these environments and settings link and mint. Of all values only addresses are others here.
 */
class ComposedStackIT {

    private static final String PAGE = "http://localhost:3000";
    private static final String CALLBACK = PAGE + "/callback";
    private static final String ARM = "https://management.azure.com";
    private static final String BILLING_KEY = IssuedSecrets.fresh("tbk_billing_");
    private static final String VERIFIER = IssuedSecrets.fresh("verifier-");

    /** Here are no certificates, and no public addresses. */
    private static final Map<String, String> NEARBY =
            Map.of("broker.upstreams.allow-http-loopback", "true", "broker.upstreams.allow-private-addresses", "true");

    @TempDir
    private static Path folder;

    @AutoClose
    private static final EntraStandIn ENTRA = new EntraStandIn(0);

    @AutoClose
    private static final FusionAuthStandIn FUSION_AUTH = FusionAuthStandIn.fresh(0);

    private static Map<String, String> variables = Map.of();

    @BeforeAll
    static void start() {
        ENTRA.start();
        FUSION_AUTH.start();
        ENTRA.app().addRedirectUri(CALLBACK);
        variables = ComposeFiles.newEnvironment(Map.of(
                "ENTRA_AUTHORITY", ENTRA.url().toString(),
                "ENTRA_TENANT_ID", Tenant.CONTOSO.id().toString(),
                "ENTRA_CLIENT_ID", AppRegistration.CLIENT_ID,
                "ENTRA_CLIENT_SECRET", ENTRA.app().secret()));
        variables.forEach((name, value) -> {
            if (name.matches(".*(KEY|PASSWORD)")) {
                IssuedSecrets.record(value);
            }
        });
        new Kickstart(ComposeFiles.KICKSTART, ComposeFiles.environment("fusionauth", variables)).play(FUSION_AUTH);
    }

    @Test
    void aPersonLinksAnAccountAndBackEndsMintForItUnderComposeAndOnKubernetes() throws IOException, SQLException {
        try (var postgres = new PostgresServer(folder);
                var composed = new BrokerProcess("composed", NEARBY)) {
            setUpStore(postgres);
            var addresses = Map.of(
                    "http://fusionauth:9011", FUSION_AUTH.url().toString(),
                    "https://auth.example.com", FUSION_AUTH.url().toString(),
                    "postgres:5432", "localhost:" + port(postgres),
                    "postgres.database.svc:5432", "localhost:" + port(postgres),
                    "http://broker:8080", composed.url().toString(),
                    "http://localhost:8080", composed.url().toString());
            var environment = here(ComposeFiles.environment("broker", variables), addresses);
            composed.withEnvironment(environment).start();
            AzureGuide.assertProvenByTheDoctor(environment, NEARBY);

            var account = link(composed.url(), accessToken());
            mint(composed.url(), variable("DEMO_CLIENT_KEY"), account).then().statusCode(200);

            try (var page = new Page(here(ComposeFiles.environment("demo", variables), addresses))) {
                page.assertServes(account, composed.url());
            }
            try (var pod = new BrokerProcess("pod", podSettings(addresses))) {
                pod.start();
                mint(pod.url(), BILLING_KEY, account)
                        .then()
                        .statusCode(200)
                        // The other broker has stored it.
                        .body(json("source", equalTo("cache")));
                assertThat(Manifests.managementPaths())
                        .hasSize(3)
                        .allSatisfy(path -> given().get(pod.management().resolve(path))
                                .then()
                                .statusCode(200));
            }
            var walked = AzureGuide.mint(
                    folder,
                    userId(),
                    variable("DEMO_CLIENT_KEY"),
                    composed.url(),
                    ENTRA.url().resolve("/arm/subscriptions"));
            assertThat(walked.output()).contains("\"expires_in\"", "Subscription of b@contoso.com");
        }
    }

    private static String userId() {
        return FUSION_AUTH.users().stream()
                .map(User::json)
                .filter(user -> user.path("email").asText().equals(variable("DEMO_USER_EMAIL")))
                .map(user -> user.path("id").asText())
                .findFirst()
                .orElseThrow();
    }

    /** The user that the script makes owns its database, and is none of PostgreSQL's own. */
    private static void setUpStore(PostgresServer postgres) throws SQLException {
        try (var connection = postgres.connect();
                var statement = connection.createStatement()) {
            for (var sql : ComposeFiles.storeStatements(variable("STORE_PASSWORD"))) {
                statement.execute(sql);
            }
        }
    }

    /** As the demo page signs its user in: the hosted form, PKCE, and a code that a page redeems. */
    private static String accessToken() {
        var application = Objects.requireNonNull(
                ComposeFiles.environment("demo", variables).get("DEMO_APPLICATION_ID"));
        var code = given().redirects()
                .follow(false)
                .queryParams(Map.of(
                        "client_id", application,
                        "redirect_uri", CALLBACK,
                        "response_type", "code",
                        "scope", "openid",
                        "state", "s",
                        "code_challenge",
                                Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(VERIFIER)),
                        "code_challenge_method", "S256"))
                .formParam("email", variable("DEMO_USER_EMAIL"))
                .formParam("password", variable("DEMO_USER_PASSWORD"))
                .post(FUSION_AUTH.url() + "/oauth2/authorize")
                .then()
                .statusCode(302)
                .extract()
                .header("Location");
        return at(
                given().header("Origin", PAGE)
                        .formParam("grant_type", "authorization_code")
                        .formParam("client_id", application)
                        .formParam("redirect_uri", CALLBACK)
                        .formParam("code", Broker.query(URI.create(code)).get("code"))
                        .formParam("code_verifier", VERIFIER)
                        .post(FUSION_AUTH.url() + "/oauth2/token")
                        .then()
                        .statusCode(200)
                        .header("Access-Control-Allow-Origin", notNullValue())
                        .extract(),
                "access_token");
    }

    private static String link(URI broker, String user) {
        String provider =
                at(as(broker, user).get("/providers").then().statusCode(200).extract(), "providers[0].id");
        var started = as(broker, user)
                .body(Map.of("provider_id", provider, "redirect_uri", CALLBACK))
                .post("/authorizations/start");
        var callback = new HashMap<>(Broker.query(ENTRA.signIn(at(started, "authorize_url"), "b@contoso.com")));
        callback.keySet().retainAll(Set.of("state", "code", "iss"));
        var completed = as(broker, user).body(callback).post("/authorizations/complete");
        completed.then().statusCode(202);
        return at(
                as(broker, user)
                        .body(Map.of("pending_link_id", at(completed, "pending_link_id")))
                        .post("/authorizations/resolve")
                        .then()
                        .statusCode(200)
                        .extract(),
                "account.id");
    }

    private static Response mint(URI broker, String key, String account) {
        return as(broker, key).body(Map.of("resource", ARM)).post("/accounts/{id}/token", account);
    }

    private static RequestSpecification as(URI broker, String credential) {
        return Broker.bearer(credential).filter(new AnswersRecorded()).baseUri(broker.toString());
    }

    /** Those of the ConfigMap, with the Secret's files; what is another installation's there is the composed one's here. */
    private static Map<String, String> podSettings(Map<String, String> addresses) throws IOException {
        var secrets = Files.createDirectories(folder.resolve("secrets"));
        Files.writeString(secrets.resolve("fusionauth-api-key"), variable("BROKER_API_KEY"));
        Files.writeString(secrets.resolve("sealing-keys"), variable("SEALING_KEY"));
        Files.writeString(secrets.resolve("store-password"), variable("STORE_PASSWORD"));
        var settings = new HashMap<>(here(Manifests.settings(), addresses));
        settings.replaceAll((key, value) -> value.replace("/run/secrets/token-broker", secrets.toString()));
        settings.put("broker.fusionauth.issuer", FUSION_AUTH.issuer());
        settings.put("broker.clients.billing.key-sha256", HexFormat.of().formatHex(sha256(BILLING_KEY)));
        settings.putAll(NEARBY);
        return settings;
    }

    private static String variable(String name) {
        return Objects.requireNonNull(variables.get(name), name);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** With the addresses that are theirs here. */
    private static Map<String, String> here(Map<String, String> values, Map<String, String> addresses) {
        return values.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, value -> here(value.getValue(), addresses)));
    }

    private static String here(String value, Map<String, String> addresses) {
        var changed = value;
        for (var address : addresses.entrySet()) {
            changed = changed.replace(address.getKey(), address.getValue());
        }
        return changed;
    }

    private static int port(PostgresServer postgres) {
        var url = Objects.requireNonNull(postgres.settings(Map.of()).get("broker.store.url"));
        return URI.create(url.replace("jdbc:", "")).getPort();
    }

    /** The service {@code demo}: its command, with the folders that are here. */
    private static final class Page implements AutoCloseable {

        private final int port = FreePort.any();
        private final Process process;

        Page(Map<String, String> environment) throws IOException {
            var jar = Path.of(System.getProperty("broker.jar", "target/quarkus-app/quarkus-run.jar"));
            var command = new ArrayList<>(ComposeFiles.entrypoint("demo"));
            command.replaceAll(word -> word.replace("/demo:", "target/test-classes" + File.pathSeparator)
                    .replace("/opt/token-broker", String.valueOf(jar.getParent())));
            command.set(
                    0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
            var builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(
                            BrokerProcess.logs().resolve("demo-page.log").toFile());
            builder.environment().putAll(environment);
            builder.environment().put("DEMO_PORT", String.valueOf(port));
            process = builder.start();
        }

        void assertServes(String account, URI broker) {
            var url = URI.create("http://localhost:" + port);
            Waiting.until(() -> !process.isAlive() || Web.status(url.resolve("/config.json")) == 200);
            given().get(url.resolve("/config.json"))
                    .then()
                    .statusCode(200)
                    .body(json("broker_url", equalTo(broker.toString())));
            given().get(url.resolve("/")).then().statusCode(200);
            given().contentType("application/json")
                    .body(Map.of("account_id", account, "resource", ARM))
                    .post(url.resolve("/backend/mint"))
                    .then()
                    .statusCode(200)
                    .body(json("source", equalTo("cache")));
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }
}
