package io.tokenbroker.deploy;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.deploy.ComposeFiles.environment;
import static io.tokenbroker.deploy.ComposeFiles.example;
import static io.tokenbroker.deploy.ComposeFiles.service;
import static io.tokenbroker.deploy.ComposeFiles.services;
import static io.tokenbroker.deploy.ComposeFiles.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.real.Program;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.EntraStandIn;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Kickstart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/compose} without the engine that would run it. {@code ComposedStackIT} starts a broker with it. */
class ComposeTest {

    private static final Map<String, String> ENTRA =
            Map.of("ENTRA_TENANT_ID", "a-tenant", "ENTRA_CLIENT_ID", "a-client", "ENTRA_CLIENT_SECRET", "a-secret");

    private static final Map<String, String> FRESH = Map.copyOf(ComposeFiles.newEnvironment(ENTRA));

    /** A row of what docs/operate.md grants the broker's key. */
    private static final Pattern PERMISSION = Pattern.compile("(?m)^ *\\| `(/api/[a-z/-]+)` \\| ([A-Z, ]+) \\|");

    private static final Pattern SECRET = Pattern.compile(".*(SECRET|PASSWORD|KEY|SHA256).*");

    @TempDir
    private Path folder;

    @Test
    void composeTakesTheFileAndReadsItAsTheseTestsDo() throws IOException {
        var variables = FRESH;

        var config = config(variables);

        assertThat(config.exitCode()).as(config.output()).isZero();
        var read = ComposeFiles.yaml(config.output()).path("services");
        assertThat(names(read)).containsExactlyInAnyOrder("postgres", "fusionauth", "broker", "demo");
        read.properties().forEach(service -> {
            var values = new HashMap<String, String>();
            service.getValue()
                    .path("environment")
                    .properties()
                    .forEach(
                            value -> values.put(value.getKey(), value.getValue().asText()));
            assertThat(values).isEqualTo(environment(service.getKey(), variables));
        });
    }

    @Test
    void nothingStartsWithoutASecret() throws IOException {
        var variables = new HashMap<>(FRESH);
        variables.put("SEALING_KEY", "");

        var config = config(variables);

        assertThat(config.exitCode()).isNotZero();
        assertThat(config.output()).contains("SEALING_KEY", "run ./new-env");
        assertThat(ComposeFiles.VARIABLE.matcher(text(ComposeFiles.COMPOSE)).results())
                .filteredOn(variable -> !variable.group(1).equals("BROKER_IMAGE"))
                .allMatch(variable -> variable.group().contains(":?"), "is required");
    }

    @Test
    void noSecretHasAValueThatInstallationsShare() {
        var secrets = example().keySet().stream()
                .filter(name -> SECRET.matcher(name).matches())
                .collect(Collectors.toSet());

        assertThat(secrets)
                .hasSizeGreaterThan(8)
                .allSatisfy(name -> assertThat(example()).containsEntry(name, ""));
        var one = FRESH;
        var other = ComposeFiles.newEnvironment(ENTRA);
        secrets.remove("ENTRA_CLIENT_SECRET");
        assertThat(secrets)
                .allSatisfy(name -> assertThat(one.get(name))
                        .hasSizeGreaterThanOrEqualTo(32)
                        .isNotEqualTo(other.get(name))
                        .doesNotContain("\"", "\\", "$"));
    }

    @Test
    void everyVariableIsUsedAndDocumented() {
        var used = ComposeFiles.VARIABLE
                .matcher(text(ComposeFiles.COMPOSE))
                .results()
                .map(variable -> variable.group(1))
                .collect(Collectors.toSet());
        // Compose itself reads that one.
        used.add("COMPOSE_PROJECT_NAME");
        assertThat(used).isEqualTo(example().keySet());
        var lines = text(ComposeFiles.EXAMPLE).lines().toList();
        assertThat(example().keySet())
                .allSatisfy(name -> assertThat(
                                lines.get(lines.indexOf(name + "=" + example().get(name)) - 1))
                        .startsWith("# "));
    }

    @Test
    void theBrokerIsGivenSettingsAndNothingElse() {
        assertThat(names(service("broker").path("environment")))
                .hasSizeGreaterThan(10)
                .allMatch(KnownSettings::isVariable, "is a setting");
    }

    @Test
    void theKickstartReadsAllThatIsMeantForIt() {
        var ownToFusionAuth = Pattern.compile("(DATABASE|SEARCH|FUSIONAUTH_APP)_.*");
        var variables = environment("fusionauth", FRESH);
        var kickstart = text(ComposeFiles.KICKSTART);

        var read = Pattern.compile("#\\{ENV\\.(\\w+)}")
                .matcher(kickstart)
                .results()
                .map(place -> place.group(1))
                .collect(Collectors.toSet());

        variables.keySet().removeIf(ownToFusionAuth.asMatchPredicate());
        assertThat(read).isEqualTo(variables.keySet());
        var script = new Kickstart(ComposeFiles.KICKSTART, variables);
        assertThat(script.script().path("requests").size()).isEqualTo(7);
        assertThat(script.used()).containsAll(names(ComposeFiles.yaml(kickstart).path("variables")));
    }

    /** FusionAuth's own 5 s may not do where it has just begun, and asks Entra; what it has begun cannot be played again. */
    @Test
    void noRequestOfTheKickstartIsGivenUpEarly() {
        var settings = ComposeFiles.yaml(text(ComposeFiles.KICKSTART)).path("settings");

        assertThat(names(settings)).containsExactly("connectTimeout", "readTimeout");
        assertThat(settings)
                .allSatisfy(milliseconds -> assertThat(milliseconds.asInt()).isGreaterThan(10_000));
    }

    @Test
    void theKickstartSetsUpWhatTheDocumentsSay() {
        try (var entra = new EntraStandIn(0);
                var fusionAuth = FusionAuthStandIn.fresh(0)) {
            entra.start();
            fusionAuth.start();
            var variables = environment("fusionauth", with(entra(entra)));

            new Kickstart(ComposeFiles.KICKSTART, variables).play(fusionAuth);

            assertThat(fusionAuth.apiKeys())
                    .filteredOn(key -> key.key().equals(variables.get("BROKER_API_KEY")))
                    .singleElement()
                    .satisfies(key -> assertThat(key.permissions()).isEqualTo(documentedPermissions()));
            assertThat(fusionAuth.providers()).singleElement().satisfies(provider -> {
                assertThat(provider.json().path("linkingStrategy").asText()).isEqualTo("CreatePendingLink");
                assertThat(provider.json().path("oauth2").path("scope").asText())
                        .contains("offline_access");
            });
            assertThat(fusionAuth.issuer())
                    .isEqualTo(service("broker")
                            .path("environment")
                            .path("BROKER_FUSIONAUTH_ISSUER")
                            .asText());
            assertThat(fusionAuth.users()).hasSize(2);
        }
    }

    /** So that the doctor can tell which key it signs with, and no key of the tenant decides. */
    @Test
    void theApplicationOfTheKickstartHasAKeyOfItsOwn() {
        try (var entra = new EntraStandIn(0);
                var fusionAuth = FusionAuthStandIn.fresh(0)) {
            entra.start();
            fusionAuth.start();

            new Kickstart(ComposeFiles.KICKSTART, environment("fusionauth", with(entra(entra)))).play(fusionAuth);

            given().queryParam("applicationId", FusionAuthStandIn.APPLICATION_ID)
                    .get(fusionAuth.url() + "/api/jwt/public-key")
                    .then()
                    .statusCode(200)
                    .body("publicKey", startsWith("-----BEGIN PUBLIC KEY"));
        }
    }

    /** FusionAuth refuses an issuer that it cannot reach, and then has no provider: it does not count as started. */
    @Test
    void aTenantThatIsNotThereFailsTheKickstartAtItsLastRequest() {
        try (var fusionAuth = FusionAuthStandIn.fresh(0)) {
            fusionAuth.start();
            var wrong = Map.of("ENTRA_AUTHORITY", fusionAuth.url() + "/nowhere");
            var kickstart = new Kickstart(ComposeFiles.KICKSTART, environment("fusionauth", with(wrong)));

            assertThatThrownBy(() -> kickstart.play(fusionAuth)).hasMessageContaining("identityProvider.oauth2.issuer");

            assertThat(fusionAuth.users()).hasSize(2);
            assertThat(lastUrl()).startsWith("/api/identity-provider/");
            assertThat(service("fusionauth").path("healthcheck").path("test").toString())
                    .contains(kickstart
                            .script()
                            .path("requests")
                            .path(6)
                            .path("url")
                            .asText());
        }
    }

    @Test
    void eachServiceStartsWhenWhatItNeedsIsReady() {
        assertThat(services()).allSatisfy(service -> {
            assertThat(service.path("healthcheck").path("test").isMissingNode()).isFalse();
            service.path("depends_on")
                    .forEach(need -> assertThat(need.path("condition").asText()).isEqualTo("service_healthy"));
        });
        assertThat(names(service("fusionauth").path("depends_on"))).containsExactly("postgres");
        assertThat(names(service("broker").path("depends_on"))).containsExactlyInAnyOrder("postgres", "fusionauth");
        assertThat(names(service("demo").path("depends_on"))).containsExactly("broker");
    }

    @Test
    void thisMachineAloneReachesThePorts() {
        assertThat(services())
                .flatMap(service -> StreamSupport.stream(service.path("ports").spliterator(), false)
                        .toList())
                .extracting(JsonNode::asText)
                .hasSize(4)
                .allMatch(port -> port.matches("127\\.0\\.0\\.1:(\\d+):\\1"));
    }

    @Test
    void theBrokerRunsAsItsDocumentsSay() {
        var broker = service("broker");

        assertThat(broker.path("read_only").asBoolean()).isTrue();
        assertThat(broker.path("tmpfs").path(0).asText()).isEqualTo("/tmp");
        assertThat(broker.path("stop_grace_period").asText()).isEqualTo(Image.stopSeconds() + "s");
        assertThat(service("demo").path("entrypoint").path(2).asText())
                .isEqualTo("/demo:" + Image.folder() + "/lib/main/*");
    }

    private static Map<String, String> with(Map<String, String> others) {
        var variables = new HashMap<>(FRESH);
        variables.putAll(others);
        return variables;
    }

    private static Map<String, String> entra(EntraStandIn entra) {
        return Map.of(
                "ENTRA_AUTHORITY", entra.url().toString(),
                "ENTRA_TENANT_ID", Tenant.CONTOSO.id().toString(),
                "ENTRA_CLIENT_ID", AppRegistration.CLIENT_ID,
                "ENTRA_CLIENT_SECRET", entra.app().secret());
    }

    private static String lastUrl() {
        var requests = ComposeFiles.yaml(text(ComposeFiles.KICKSTART)).path("requests");
        return requests.path(requests.size() - 1).path("url").asText();
    }

    /** But for the search, which is for another key. */
    private static Map<String, Set<String>> documentedPermissions() {
        return PERMISSION
                .matcher(text(Path.of("docs/operate.md")))
                .results()
                .filter(row -> !row.group(1).equals("/api/user/search"))
                .collect(Collectors.toMap(
                        row -> row.group(1), row -> Set.of(row.group(2).split(", ", -1))));
    }

    private static Set<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).collect(Collectors.toCollection(TreeSet::new));
    }

    private Program config(Map<String, String> variables) throws IOException {
        Program.require("docker-compose", "what Compose makes of deploy/compose");
        var file = folder.resolve("env");
        Files.write(
                file,
                variables.entrySet().stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .toList());
        return Program.run(
                Path.of("."),
                Map.of(),
                "docker-compose",
                "--file",
                ComposeFiles.COMPOSE.toString(),
                "--env-file",
                file.toString(),
                "config");
    }
}
