package io.tokenbroker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.http.FuzzedRequest.Form;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.policy.PolicyClients;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Contract;
import io.tokenbroker.support.DoorSettings;
import io.tokenbroker.support.Load;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that no program would send, from a seed: a fault of the caller is never one of the broker. */
@QuarkusTest
@TestProfile(PolicyClients.class)
@Timeout(120)
class FuzzedRequestsTest extends BrokerTest {

    private static final long SEED = 8_693;
    private static final int EACH = Load.of(100, 1_000);
    private static final String BASIC =
            Base64.getEncoder().encodeToString(("azd:" + DoorSettings.AZD).getBytes(StandardCharsets.UTF_8));
    private static final String ARM = "\"https://management.azure.com\"";

    /** Where requests come in. */
    @SuppressWarnings("ImmutableEnumChecker") // the map is
    enum Door {
        MINT(Form.JSON, "POST", "/accounts/{id}/token", Map.of("resource", ARM, "min_validity", "600")),
        BATCH(Form.BATCH, "POST", "/tokens", Map.of("account_id", "\"{id}\"", "resource", ARM)),
        EXPLAIN(Form.JSON, "POST", "/policy/explain", Map.of("account_id", "\"{id}\"", "resource", ARM)),
        EXCHANGE(
                Form.FORM,
                "POST",
                "/oauth2/token",
                Map.of(
                        "grant_type", "\"urn:ietf:params:oauth:grant-type:token-exchange\"",
                        "audience", "\"{id}\"",
                        "resource", ARM)),
        ACCOUNT_EXCHANGE(
                Form.FORM,
                "POST",
                "/accounts/{id}/oauth2/token",
                Map.of(
                        "grant_type", "\"urn:ietf:params:oauth:grant-type:token-exchange\"",
                        "scope", "\"https://management.azure.com/.default\"")),
        IDENTITY(
                Form.QUERY,
                "GET",
                "/msi/token",
                Map.of("api-version", "\"2019-08-01\"", "client_id", "\"{id}\"", "resource", ARM)),
        ACCOUNT_IDENTITY(
                Form.QUERY,
                "GET",
                "/accounts/{id}/msi/token",
                Map.of("api-version", "\"2017-09-01\"", "resource", ARM)),
        AZD(
                Form.JSON,
                "POST",
                "/azd/token?api-version=2023-07-12-preview",
                Map.of("scopes", "[\"https://management.azure.com//.default\"]")),
        LIST(Form.QUERY, "GET", "/accounts", Map.of("user_id", "\"" + FusionAuthStandIn.ALICE_ID + "\"")),
        LIST_ALL(Form.QUERY, "GET", "/accounts", Map.of("status", "\"reauthorization_required\"", "limit", "\"10\"")),
        ACTIVITY(
                Form.QUERY,
                "GET",
                "/accounts/{id}/activity",
                Map.of("user_id", "\"" + FusionAuthStandIn.ALICE_ID + "\"", "limit", "\"20\"")),
        READ(Form.QUERY, "GET", "/accounts/{id}", Map.of("user_id", "\"" + FusionAuthStandIn.ALICE_ID + "\"")),
        START(
                Form.JSON,
                "POST",
                "/authorizations/start",
                Map.of("provider_id", "\"" + Sandbox.CONTOSO + "\"", "redirect_uri", "\"" + Sandbox.CALLBACK + "\"")),
        COMPLETE(Form.JSON, "POST", "/authorizations/complete", Map.of("state", "\"x\"", "code", "\"y\"")),
        RESOLVE(Form.JSON, "POST", "/authorizations/resolve", Map.of("pending_link_id", "\"x\"")),
        PROVIDERS(Form.QUERY, "GET", "/providers", Map.of()),
        UNLINK(Form.QUERY, "DELETE", "/accounts/{id}", Map.of()),
        // Without FusionAuth's signature.
        WEBHOOK(Form.JSON, "POST", "/webhooks/fusionauth", Map.of("event", "{}")),
        METADATA(Form.QUERY, "GET", "/.well-known/oauth-authorization-server", Map.of());

        private static final Set<Door> OF_USERS = Set.of(START, COMPLETE, RESOLVE, PROVIDERS, UNLINK);

        private final Form form;
        private final String method;
        private final String path;
        private final Map<String, String> fields;

        Door(Form form, String method, String path, Map<String, String> fields) {
            this.form = form;
            this.method = method;
            this.path = path;
            this.fields = Map.copyOf(fields);
        }

        FuzzedRequest request(Random random, String account) {
            var withAccount = new TreeMap<String, String>();
            fields.forEach((name, value) -> withAccount.put(name, value.replace("{id}", account)));
            var request = new FuzzedRequest(random, form, method, path.replace("{id}", account), withAccount)
                    .with("Content-Type", form == Form.FORM ? "application/x-www-form-urlencoded" : "application/json");
            return OF_USERS.contains(this)
                    ? request.with(
                            "Authorization", "Bearer " + sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID))
                    : byClient(request, random.nextInt(4));
        }

        private FuzzedRequest byClient(FuzzedRequest request, int way) {
            return switch (way) {
                case 0 -> request.with("X-IDENTITY-HEADER", DoorSettings.AZD);
                case 1 -> request.with("Authorization", "Basic " + BASIC);
                case 2 ->
                    form == Form.FORM
                            ? request.withField("client_id", "\"azd\"")
                                    .withField("client_secret", "\"" + DoorSettings.AZD + "\"")
                            : request.with("Authorization", "Bearer " + DoorSettings.AZD);
                default -> request.with("Authorization", "Bearer " + DoorSettings.AZD);
            };
        }

        /** Whether most of what is asked here cannot be right, since nobody signed in before, or it is gone. */
        boolean mayRefuseAll() {
            return OF_USERS.contains(this) || this == WEBHOOK;
        }

        /** Whether nothing is asked that could be wrong, or no answer's status says so. */
        boolean mayRefuseNone() {
            return this == AZD || this == METADATA || this == PROVIDERS;
        }
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void noRequestIsAFaultOfTheBroker(Door door) {
        noRequestIsAFault(Wire.HTTP_1_1, door);
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void norIsOneOfHttp2(Door door) {
        noRequestIsAFault(Wire.HTTP_2, door);
    }

    @Test
    void noOperationIsLeftOut() {
        assertThat(Contract.operations())
                .allSatisfy(operation -> assertThat(Door.values())
                        .as(operation.id())
                        .anyMatch(door -> door.method.equals(operation.method())
                                && door.path.replaceFirst("\\?.*", "").equals(operation.path())));
    }

    private static void noRequestIsAFault(Wire wire, Door door) {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        var random = new Random(SEED + door.name().hashCode());
        var refused = 0;
        for (var i = 0; i < EACH; i++) {
            var request = door.request(random, account).spoilt();

            var answer = wire.send(request);

            assertThat(answer.status())
                    .as("%s %d: %s", answer.body(), i, request)
                    .isBetween(200, 499);
            // A batch and azd say so inside a 200.
            assertThat(answer.body())
                    .as("%d: %s", i, request)
                    .doesNotContain("internal_error")
                    .doesNotContainPattern("\"status\":5");
            refused += answer.status() >= 400 || answer.body().contains("\"status\":\"error\"") ? 1 : 0;
        }
        // Neither would say anything: requests that are all refused at once, or all fine.
        assertThat(refused).isBetween(door.mayRefuseNone() ? 0 : EACH / 4, door.mayRefuseAll() ? EACH : EACH - 10);
    }
}
