package io.tokenbroker.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.problem.FuzzedRequest.Form;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that no program would send, from a seed: a fault of the caller is never one of the broker. */
@QuarkusTest
@Timeout(120)
class FuzzedRequestsTest extends BrokerTest {

    private static final long SEED = 8_693;
    private static final int EACH = 300;
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
        READ(Form.QUERY, "GET", "/accounts/{id}", Map.of("user_id", "\"" + FusionAuthStandIn.ALICE_ID + "\"")),
        START(
                Form.JSON,
                "POST",
                "/authorizations/start",
                Map.of("provider_id", "\"" + Sandbox.CONTOSO + "\"", "redirect_uri", "\"" + Sandbox.CALLBACK + "\"")),
        COMPLETE(Form.JSON, "POST", "/authorizations/complete", Map.of("state", "\"x\"", "code", "\"y\"")),
        RESOLVE(Form.JSON, "POST", "/authorizations/resolve", Map.of("pending_link_id", "\"x\""));

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
            return new FuzzedRequest(random, form, method, path.replace("{id}", account), withAccount)
                    .with("Authorization", "Bearer " + credential())
                    .with("Content-Type", form == Form.FORM ? "application/x-www-form-urlencoded" : "application/json");
        }

        private String credential() {
            return isOfAUser() ? sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID) : Sandbox.DEMO_KEY;
        }

        /** Of these two in three cannot be right without a sign-in before. */
        boolean isOfAUser() {
            return this == START || this == COMPLETE || this == RESOLVE;
        }
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void noRequestIsAFaultOfTheBroker(Door door) {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        var random = new Random(SEED + door.name().hashCode());
        var refused = 0;
        for (var i = 0; i < EACH; i++) {
            var request = door.request(random, account).spoilt();

            var answer = RawHttp.send(request);

            assertThat(answer.status())
                    .as("%s %d: %s", answer.body(), i, request)
                    .isBetween(200, 499);
            refused += answer.status() >= 400 ? 1 : 0;
        }
        // Neither would say anything: requests that are all refused at once, or all fine. azd reads no status but 200.
        if (door != Door.AZD) {
            assertThat(refused).isBetween(EACH / 4, door.isOfAUser() ? EACH : EACH - 10);
        }
    }
}
