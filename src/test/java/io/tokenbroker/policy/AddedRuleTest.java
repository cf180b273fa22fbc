package io.tokenbroker.policy;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.policy.PolicyRules.PolicyQuery;
import io.tokenbroker.policy.PolicyRules.PolicyRule;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Contract;
import io.tokenbroker.support.DoorSettings;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A rule that is added in one place holds at every door there is, whatever is cached. */
@QuarkusTest
@TestProfile(AddedRuleTest.OneRuleMore.class)
class AddedRuleTest extends BrokerTest {

    private static final String REFUSAL = "Not on Sundays.";

    private static final String BROKEN = "https://broken.example";

    private static volatile PolicyRule.@Nullable Needs sundayFor;

    public static class OneRuleMore implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "broker.clients.demo.azd-account", DoorSettings.account(Sandbox.CONTOSO, Tenant.CONTOSO, BLAKE));
        }

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(Rules.class);
        }
    }

    /** The only class that changes for a rule. */
    @Alternative
    @Singleton
    static class Rules extends PolicyRules {

        @Override
        protected List<PolicyRule> of(BrokerSettings.Client client) {
            var rules = new ArrayList<>(super.of(client));
            for (var needs : PolicyRule.Needs.values()) {
                rules.add(new PolicyRule("sundays", needs, query -> sundayFor != needs, REFUSAL));
            }
            rules.add(new PolicyRule("broken", PolicyRule.Needs.TARGET, Rules::fails, REFUSAL));
            return rules;
        }

        private static boolean fails(PolicyQuery query) {
            if (query.resource().equals(BROKEN)) {
                throw new IllegalStateException("A rule that fails");
            }
            return true;
        }
    }

    /** What each door answers to a mint of this account, by its operation. */
    private static final Map<String, Function<String, String>> DOORS = new TreeMap<>(Map.of(
            "mintToken",
            account -> Minting.mint(account, ARM).asString(),
            "mintToken, from the cache",
            account -> Minting.mintsAtOnce(account, 1).getFirst().body(),
            "mintTokens",
            account -> Broker.client()
                    .body(Map.of("requests", List.of(Map.of("account_id", account, "resource", ARM))))
                    .post("/tokens")
                    .asString(),
            "exchangeToken",
            account -> DoorSettings.exchange(ARM)
                    .formParam("audience", account)
                    .post("/oauth2/token")
                    .asString(),
            "exchangeTokenOfAccount",
            account -> DoorSettings.exchange(ARM)
                    .post("/accounts/{id}/oauth2/token", account)
                    .asString(),
            "getManagedIdentityToken",
            account -> DoorSettings.identity(ARM)
                    .queryParam("client_id", account)
                    .get("/msi/token")
                    .asString(),
            "getManagedIdentityTokenOfAccount",
            account -> DoorSettings.identity(ARM)
                    .get("/accounts/{id}/msi/token", account)
                    .asString(),
            "getAzdToken",
            account -> Broker.client()
                    .body(Map.of("scopes", List.of(ARM + "/.default")))
                    .post("/azd/token?api-version=2023-07-12-preview")
                    .asString(),
            "explainPolicy",
            account -> Broker.client()
                    .body(Map.of("account_id", account, "resource", ARM))
                    .post("/policy/explain")
                    .asString()));

    private String account = "";

    @BeforeEach
    void link() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
    }

    @AfterEach
    void monday() {
        sundayFor = null;
    }

    @ParameterizedTest
    @EnumSource(PolicyRule.Needs.class)
    void everyDoorObeysIt(PolicyRule.Needs needs) {
        DOORS.forEach((door, answer) -> assertThat(answer.apply(account))
                .as(door)
                .containsAnyOf("eyJ", "\"allowed\":true")
                .doesNotContain(REFUSAL));

        sundayFor = needs;

        DOORS.forEach((door, answer) ->
                assertThat(answer.apply(account)).as(door).contains(REFUSAL).doesNotContain("eyJ"));
    }

    @Test
    void aRuleThatFailsForOneMintOfABatchCostsNoOther() {
        Broker.client()
                .body(Map.of(
                        "requests",
                        List.of(
                                Map.of("account_id", account, "resource", BROKEN),
                                Map.of("account_id", account, "resource", ARM))))
                .post("/tokens")
                .then()
                .statusCode(200)
                .body(json("results[0].problem.code", equalTo("internal_error")))
                .body(json("results[1].token.account_id", equalTo(account)));
    }

    @Test
    void noDoorIsLeftOut() {
        assertThat(DOORS.keySet())
                .as("a door of this test for each operation that mints")
                .containsAll(Contract.minting());
    }
}
