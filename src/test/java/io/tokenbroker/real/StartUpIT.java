package io.tokenbroker.real;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.process.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker that cannot work does not start, and says in one line what to change. */
class StartUpIT {

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    @Test
    void allMissingSettingsAreNamedWithWhatBelongsThere() {
        var settings = new HashMap<>(SANDBOX.settings());
        var missing = Map.of(
                "broker.fusionauth.url", "the base URL of FusionAuth",
                "broker.fusionauth.api-key", "an API key of FusionAuth",
                "broker.fusionauth.tenant-id", "the UUID of the tenant",
                "broker.fusionauth.application-id", "the UUID of the application",
                "broker.fusionauth.issuer", "the tenant's issuer",
                "broker.authorization.redirect-uris", "the redirect URIs",
                "broker.sealing-keys", "base64 of 32 random bytes");
        missing.keySet().forEach(settings::remove);

        assertRefuses(
                settings,
                missing.entrySet().stream()
                        .map(setting -> "%s is missing: expected %s".formatted(setting.getKey(), setting.getValue()))
                        .toList());
    }

    /** All faults of a block are set for one process; StartUpTest checks each alone. */
    @ParameterizedTest
    @ValueSource(strings = {"""
                broker.fusionauth.url                   | auth.example.com | broker.fusionauth.url must be an absolute http(s) URL
                broker.fusionauth.tenant-id             | the-tenant       | broker.fusionauth.tenant-id has a value that cannot be used: expected the UUID
                broker.fusionauth.urll                  | http://localhost | broker.fusionauth.urll is not a setting of the broker; did you mean broker.fusionauth.url=https://auth.example.com?
                broker.authorization.redirect-uris      | /callback        | broker.authorization.redirect-uris: '/callback' is not an absolute
                broker.authorization.state-lifetime     | soon             | broker.authorization.state-lifetime has a value that cannot be used: expected a duration
                broker.authorization.pkce               | yes              | broker.authorization.pkce has a value that cannot be used: expected true or false
                broker.accounts.recheck-after           | -1s              | broker.accounts.recheck-after must not be negative
                broker.sealing-keys                     | c2hvcnQ=         | broker.sealing-keys: each key must be base64 of exactly 32 bytes
                broker.cors-origins                     | *                | broker.cors-origins: '*' is not an origin
                broker.clients.demo.key-sha256          | tbk_demo_key     | broker.clients.demo.key-sha256 must be the SHA-256 of the key in 64 hex digits
                broker.clients.demo.requests-per-minute | 0                | broker.clients.demo.requests-per-minute must be at least 1
                broker.clients.other.providers          | *                | broker.clients.other has neither key-sha256 nor subject
                broker.providers."contoso".rotation     | single-use       | broker.providers."contoso": the key must be an identity provider's UUID
                """, """
                broker.authorization.state-lifetime     | 0s   | broker.authorization.state-lifetime must be longer than nothing
                broker.clients.demo.requests-per-minute | many | broker.clients.demo.requests-per-minute has a value that cannot be used: expected a whole number
                broker.providers."c0270500-0000-4000-8000-000000000001".rotation  | never | broker.providers."c0270500-0000-4000-8000-000000000001".rotation has a value that cannot be used: expected reusable or single-use
                broker.providers."c0270500-0000-4000-8000-000000000001".client-id | app   | broker.providers."c0270500-0000-4000-8000-000000000001" is given in part
                """})
    void allSettingsThatCannotWorkAreNamedWithWhatBelongsThere(String faults) {
        var settings = new HashMap<>(SANDBOX.settings());
        var expected = new ArrayList<String>();
        faults.lines().map(line -> line.split("\\|")).forEach(fault -> {
            settings.put(fault[0].strip(), fault[1].strip());
            expected.add(fault[2].strip());
        });

        assertRefuses(settings, expected);
    }

    @Test
    void aFileThatHoldsNoSecretIsNamed() {
        var settings = new HashMap<>(SANDBOX.settings());
        settings.remove("broker.fusionauth.api-key");
        settings.put("broker.fusionauth.api-key-file", "/nowhere/api-key");

        assertRefuses(settings, List.of("broker.fusionauth.api-key-file: /nowhere/api-key is not there"));
    }

    @Test
    void aSecretFromAFileAndOneWithALineBreakAtItsEndWork(@TempDir Path folder) throws IOException {
        var settings = new HashMap<>(SANDBOX.settings());
        var key = Files.writeString(folder.resolve("api-key"), settings.remove("broker.fusionauth.api-key") + "\n");
        settings.put("broker.fusionauth.api-key-file", key.toString());
        settings.merge("broker.sealing-keys", "\n", String::concat);

        try (var broker = new BrokerProcess("secret-files", settings)) {
            broker.start();

            given().baseUri(broker.management().toString())
                    .get("/q/health/ready")
                    .then()
                    .statusCode(200);
        }
    }

    @Test
    void aPortInUseIsNamedWithTheSettingThatChoosesAnother() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            var ended = FailedStart.of(SANDBOX.settings(), taken.getLocalPort());

            assertThat(ended.code()).isNotZero();
            assertThat(ended.stderr())
                    .containsExactly("Cannot start: port %d is in use; quarkus.http.port chooses another"
                            .formatted(taken.getLocalPort()));
        }
    }

    @Test
    void aManagementPortInUseIsNamedWithTheSettingThatChoosesAnother() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            var settings = new HashMap<>(SANDBOX.settings());
            settings.put("quarkus.management.port", String.valueOf(taken.getLocalPort()));

            var ended = FailedStart.of(settings, FreePort.any());

            assertThat(ended.code()).isNotZero();
            assertThat(ended.stderr())
                    .containsExactly("Cannot start: port %d is in use; quarkus.management.port chooses another"
                            .formatted(taken.getLocalPort()));
        }
    }

    private static void assertRefuses(Map<String, String> settings, List<String> expected) {
        var ended = FailedStart.of(settings, FreePort.any());

        assertThat(ended.code()).isNotZero();
        assertThat(ended.stderr())
                .singleElement()
                .asString()
                .startsWith("Cannot start: ")
                .contains(expected);
        assertThat(ended.stdout()).noneMatch(line -> line.contains("\tat ") || line.contains("Exception"));
    }
}
