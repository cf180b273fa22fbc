package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.linkOf;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.account.AccountId;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.ReloadProviders;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.Fault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the tenant refuses, in the contract's words, and what becomes of the account. */
@QuarkusTest
class MintErrorsTest extends BrokerTest {

    private static final Set<ProblemType> HELPED_BY_PERSON = EnumSet.of(
            ProblemType.REAUTHORIZATION_REQUIRED,
            ProblemType.CONSENT_REQUIRED,
            ProblemType.INTERACTION_REQUIRED,
            ProblemType.BLOCKED_BY_POLICY);

    private static final Set<Integer> WITH_CLAIMS =
            Set.of(50072, 50074, 50076, 50078, 50079, 50158, 50161, 53000, 53001, 53003, 530003, 530084);

    /** Entra's numbers, from its error catalogue, by what they mean to a back end. */
    private static final Map<ProblemType, List<Integer>> CATALOGUE = Map.of(
            ProblemType.CONSENT_REQUIRED,
            List.of(65001, 65004, 90094, 90095),
            ProblemType.INTERACTION_REQUIRED,
            List.of(50058, 50072, 50074, 50076, 50078, 50079, 50158, 50161),
            ProblemType.REAUTHORIZATION_REQUIRED,
            List.of(
                    50055, 50056, 50126, 50132, 50133, 50144, 50173, 70000, 70008, 70043, 135010, 700081, 700082,
                    700084, 9002313),
            ProblemType.ACCOUNT_DISABLED,
            List.of(16000, 50020, 50034, 50053, 50057, 50105, 51004, 90072, 5000224),
            ProblemType.BLOCKED_BY_POLICY,
            List.of(
                    50097, 50155, 50187, 53000, 53001, 53002, 53003, 53011, 135011, 500212, 500213, 530003, 530032,
                    530034, 530035, 530084),
            ProblemType.INVALID_SCOPE,
            List.of(28000, 28002, 28003, 70011, 700022, 1002012),
            ProblemType.INVALID_TARGET,
            List.of(50001, 65002, 90009, 500011),
            ProblemType.PROVIDER_MISCONFIGURED,
            List.of(
                    50049, 70001, 90002, 90014, 500021, 500022, 650052, 650054, 650056, 650057, 700016, 700024, 700025,
                    700027, 700213, 900144, 7000112, 7000215, 7000218, 7000222, 9002326, 9002327),
            ProblemType.PROVIDER_UNAVAILABLE,
            List.of(50033, 50087, 50088, 50196, 70012, 90006, 90012, 90024, 90033, 90055, 90090));

    @ParameterizedTest
    @MethodSource("kinds")
    void aRefusalIsToldInTheContractsWords(ProblemType type) {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var stored = linkOf(account).token();
        for (int number : CATALOGUE.getOrDefault(type, List.of())) {
            sandbox().entra().faults().add(Fault.aadsts(number).onGrant("refresh_token"));
            var answer = mintAnew(account, ARM);
            sandbox().entra().faults().clear();

            isTheProblem(answer, type, number);
            tellsWhatThePersonCanDo(answer, account, number, type);
            assertThat(answer.header("Retry-After") != null).isEqualTo(type.status() == 503);
            leavesTheAccountAs(type, account);
        }
        assertThat(linkOf(account).token()).isEqualTo(stored);
    }

    @Test
    void aRefusalForOneResourceLeavesTheOthers() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(Fault.aadsts(50076).onResource(ARM));

        mint(account, ARM).then().statusCode(403);
        mint(account, GRAPH).then().statusCode(200);
        account(account).then().body("status", equalTo("active"));
    }

    @Test
    void whatStartNeedsMakesTheNextMintWork() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().directory().revokeSessions(BLAKE);
        var refused = mint(account, ARM);
        refused.then().statusCode(409).body("code", equalTo("reauthorization_required"));
        account(account)
                .then()
                .body("status", equalTo("reauthorization_required"))
                .body("reason", equalTo("revoked"));

        var needed = new HashMap<String, Object>(refused.jsonPath().getMap("reauthorize"));
        needed.put("redirect_uri", Sandbox.CALLBACK);
        var started = Broker.alice().body(needed).post("/authorizations/start");
        Broker.complete(Broker.alice(), Broker.signIn(started, BLAKE))
                .then()
                .statusCode(200)
                .body("account.id", equalTo(account))
                .body("account.status", equalTo("active"));

        mint(account, ARM).then().statusCode(200).body("source", equalTo("refresh"));
    }

    @Test
    void aRefusalOfATokenThatWasReplacedElsewhereCostsNothing() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var old = linkOf(account);
        sandbox().entra().directory().revokeSessions(BLAKE);
        Broker.link(Sandbox.CONTOSO, BLAKE);
        var renewed = linkOf(account);
        sandbox().fusionAuth().putLink(old);
        account(account).then().statusCode(200);
        sandbox().fusionAuth().putLink(renewed);

        mint(account, ARM).then().statusCode(200);

        account(account).then().body("status", equalTo("active"));
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(2);
    }

    @Test
    void anotherPersonsTokenIsRefused() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var stored = linkOf(account).token();
        sandbox().entra().faults().add(Fault.tokenOf("bea@contoso.com").times(1));

        mint(account, ARM)
                .then()
                .statusCode(502)
                .body("code", equalTo("upstream_error"))
                .body(not(containsString("access_token")));

        account(account).then().body("status", equalTo("active"));
        assertThat(linkOf(account).token()).isEqualTo(stored);
        mint(account, ARM).then().statusCode(200).body("source", equalTo("refresh"));
    }

    @Test
    void anAccountWithoutARefreshTokenSaysSo() {
        sandbox().fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, "no-token", "n", null);
        var account = new AccountId(Sandbox.CONTOSO, "no-token").toString();

        mint(account, ARM)
                .then()
                .statusCode(409)
                .body("code", equalTo("no_refresh_token"))
                .body("reauthorize.account_id", equalTo(account))
                .body("reauthorize.provider_id", equalTo(Sandbox.CONTOSO.toString()))
                .body("reauthorize.scopes", equalTo(List.of()))
                .body("reauthorize.claims", nullValue());
        account(account).then().body("status", equalTo("no_refresh_token"));
        assertThat(sandbox().entra().refreshes()).isZero();
    }

    @Test
    void aSecretThatHasExpiredIsTheOperatorsAndTouchesNoAccount() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().app().expireSecrets();

        mint(account, ARM)
                .then()
                .statusCode(502)
                .body("code", equalTo("provider_misconfigured"))
                .body("reauthorize", nullValue())
                .body("detail", allOf(containsString("operator"), containsString("FusionAuth")));
        account(account).then().body("status", equalTo("active"));
    }

    @Test
    void accountsOfAProviderThatIsGoneAreStillListed() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        mint(account, ARM).then().statusCode(200);
        try {
            sandbox().fusionAuth().removeProvider(Sandbox.CONTOSO);
            ReloadProviders.now();

            misconfigured(mint(account, ARM));
            Broker.alice().get("/accounts").then().body("accounts.id", equalTo(List.of(account)));
            mint(new AccountId(Sandbox.CONTOSO, "nobody").toString(), ARM)
                    .then()
                    .statusCode(404);
        } finally {
            sandbox().reset();
            ReloadProviders.now();
        }
    }

    @Test
    void aDisabledProviderSaysWhyItCannotBeUsed() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        try {
            var disabled = Minting.providerLike(Sandbox.CONTOSO)
                    .withId(Sandbox.CONTOSO)
                    .withEnabled(false);
            sandbox().fusionAuth().addProvider(disabled);
            ReloadProviders.now();

            misconfigured(mint(account, ARM)).then().body("detail", containsString("disabled"));
            Broker.alice().get("/accounts").then().body("accounts.id", equalTo(List.of(account)));
        } finally {
            sandbox().reset();
            ReloadProviders.now();
        }
    }

    @Test
    void aMintAfterAnOutageOfTheTenantNeedsNobody() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(Fault.of(Fault.Kind.DROP).times(1));
        mintAnew(account, ARM).then().statusCode(503);

        TestTime.advance(Duration.ofMinutes(1));
        mint(account, ARM).then().statusCode(200);
    }

    static Set<ProblemType> kinds() {
        return CATALOGUE.keySet();
    }

    private static void isTheProblem(Response answer, ProblemType type, int number) {
        answer.then()
                .statusCode(type.status())
                .contentType("application/problem+json")
                .body("upstream.error_codes", equalTo(List.of(number)))
                .body("code", equalTo(type.code()))
                .body("type", equalTo("urn:token-broker:problem:" + type.code()))
                .body("upstream.error", notNullValue())
                .body("upstream.trace_id", notNullValue())
                .body(not(containsString("AADSTS" + number)))
                .body(not(containsString("Trace ID")));
        assertThat(answer.<String>path("upstream.correlation_id"))
                .isEqualTo(Minting.refreshRequests().getLast().headers().get("client-request-id"));
    }

    private static void leavesTheAccountAs(ProblemType type, String account) {
        if (type != ProblemType.REAUTHORIZATION_REQUIRED) {
            account(account).then().body("status", equalTo("active")).body("reason", nullValue());
            return;
        }
        account(account).then().body("status", equalTo(type.code())).body("reason", notNullValue());
        mintAnew(account, ARM).then().statusCode(200);
        account(account).then().body("status", equalTo("active")).body("reason", nullValue());
    }

    private static void tellsWhatThePersonCanDo(Response answer, String account, int number, ProblemType type) {
        if (!HELPED_BY_PERSON.contains(type)) {
            answer.then().body("reauthorize", nullValue());
            return;
        }
        answer.then()
                .body("reauthorize.account_id", equalTo(account))
                .body("reauthorize.provider_id", equalTo(Sandbox.CONTOSO.toString()))
                .body(
                        "reauthorize.scopes",
                        equalTo(type == ProblemType.CONSENT_REQUIRED ? List.of(ARM + "/.default") : List.of()))
                .body("reauthorize.claims", WITH_CLAIMS.contains(number) ? containsString("capolids") : nullValue());
    }

    private static Response misconfigured(Response answer) {
        answer.then()
                .statusCode(502)
                .body("code", equalTo("provider_misconfigured"))
                .body("reauthorize", nullValue());
        return answer;
    }
}
