package io.tokenbroker.mint;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.introspect;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.Management;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class MintAnswerTest extends BrokerTest {

    @Test
    void anAnswerHasTheFieldsOfTheContractAndNoOthers() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);

        var answer = mint(account, ARM);

        answer.then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .header("Pragma", "no-cache")
                .body(json("token_type", equalTo("Bearer")))
                .body(json("account_id", equalTo(account)))
                .body(json("source", equalTo("refresh")));
        assertThat(Json.<Map<String, Object>>at(answer, "$"))
                .containsOnlyKeys(
                        "access_token", "token_type", "expires_in", "expires_at", "scope", "account_id", "source");
    }

    @Test
    void whatIsLeftAndUntilWhenAgree() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);

        var answer = mint(account, ARM);

        var until = Instant.parse(at(answer, "expires_at"));
        int seconds = at(answer, "expires_in");
        assertThat(until).isCloseTo(Instant.now().plusSeconds(seconds), within(3, ChronoUnit.SECONDS));
        assertThat(until).isCloseTo(introspect(answer).expires(), within(2, ChronoUnit.SECONDS));
    }

    @Test
    void theScopeIsToldInTheTenantsWords() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var granted = "openid %1$s/user_impersonation %1$s/.default".formatted(ARM);

        mint(account, ARM).then().body(json("scope", equalTo(granted))).body(json("source", equalTo("refresh")));
        mint(account, ARM).then().body(json("scope", equalTo(granted))).body(json("source", equalTo("cache")));
    }

    @Test
    void theCacheGivesTheSameTokenWithTheSameEnd() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var first = mint(account, ARM);

        mint(account, ARM)
                .then()
                .body(json("source", equalTo("cache")))
                .body(json("access_token", equalTo(at(first, "access_token"))))
                .body(json("expires_at", equalTo(at(first, "expires_at"))));
    }

    @Test
    void theTokenOpensItsResourceAsItsPersonAndNoOther() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        String token = at(mint(account, ARM), "access_token");

        resource("/arm/subscriptions", token).then().statusCode(200).body(json("user", equalTo(BLAKE)));
        resource("/graph/oidc/userinfo", token).then().statusCode(401);
    }

    @Test
    void aGraphTokenTellsWhoItsPersonIs() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        String token = at(mint(account, GRAPH), "access_token");

        resource("/graph/oidc/userinfo", token).then().statusCode(200).body(json("email", equalTo(BLAKE)));
        resource("/arm/subscriptions", token).then().statusCode(401);
    }

    @Test
    void eachOfSeveralAccountsGetsItsOwnPersonsToken() {
        var blake = Broker.link(Sandbox.CONTOSO, BLAKE);
        var bea = Broker.link(Sandbox.CONTOSO, "bea@contoso.com");
        var guest = Broker.link(Sandbox.FABRIKAM, BLAKE);

        assertThat(introspect(mint(blake, ARM)).user()).isEqualTo(BLAKE);
        assertThat(introspect(mint(bea, ARM)).user()).isEqualTo("bea@contoso.com");
        assertThat(introspect(mint(guest, ARM)).tenant()).isEqualTo(Tenant.FABRIKAM.id());
        assertThat(introspect(mint(blake, ARM)).tenant()).isEqualTo(Tenant.CONTOSO.id());
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aMintNeedsNoBodyAndNoContentTypeWhateverTheHttpThatIsOffered(HttpClient.Version offered) throws Exception {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);

        assertThat(post(account, offered).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "null"})
    void aMintWithNothingInItsBodyIsForTheDefault(String body) {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);

        var answer = Broker.client().body(body).post("/accounts/{id}/token", account);

        answer.then().statusCode(200);
        assertThat(introspect(answer).audience()).isEqualTo(GRAPH);
    }

    @Test
    void lifetimesThatCannotBeAreBroughtIntoBounds() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(life("300000000").times(1));
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.EXPIRES_IN_TEXT));

        mint(account, ARM)
                .then()
                .statusCode(200)
                .body(json("expires_in", allOf(greaterThan(365 * 86_400), lessThanOrEqualTo(366 * 86_400))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5", "9000000000000000"})
    void whatIsNoLifetimeIsTheDefaultOne(String life) {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(life(life));

        var answer = mint(account, ARM);

        answer.then().statusCode(200).body(json("expires_in", allOf(greaterThan(55), lessThanOrEqualTo(60))));
        assertThat(Instant.parse(at(answer, "expires_at")))
                .isCloseTo(Instant.now().plusSeconds(60), within(10, ChronoUnit.SECONDS));
    }

    @Test
    void mintsAreCountedByOutcomeAndNothingThatTellsOfAnAccount() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var before = metrics();

        String token = at(mint(account, ARM), "access_token");
        mint(account, ARM);
        mint(account, "https://vault.azure.net");
        mint("acc_nothing", ARM);

        var after = metrics();
        assertThat(after).doesNotContain(account, token, "acc_nothing");
        for (var outcome : new String[] {"refresh", "cache", "consent_required", "account_not_found"}) {
            assertThat(count(after, outcome) - count(before, outcome))
                    .as(outcome)
                    .isEqualTo(1);
        }
    }

    @Test
    void aUserMayNotMintEvenForTheirOwnAccount() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);

        Broker.alice()
                .body(Map.of("resource", ARM))
                .post("/accounts/{id}/token", account)
                .then()
                .statusCode(403)
                .body(json("code", equalTo("forbidden")))
                .body(not(containsString("access_token")));
        assertThat(sandbox().entra().refreshes()).isZero();
    }

    private static EntraFault life(String seconds) {
        return new EntraFault(
                EntraFault.Kind.LIFE, seconds, EntraFault.ANY, EntraFault.ANY, EntraFault.ANY, "refresh_token", 0);
    }

    private static Response resource(String path, String token) {
        return given().header("Authorization", "Bearer " + token)
                .get(sandbox().entra().url() + path);
    }

    private static String metrics() {
        return Management.given().get("/q/metrics").asString();
    }

    private static double count(String metrics, String outcome) {
        return Pattern.compile("(?m)^broker_mints_total\\{.*(?:outcome|source)=\"" + outcome + "\".* (\\S+)$")
                .matcher(metrics)
                .results()
                .mapToDouble(line -> Double.parseDouble(line.group(1)))
                .sum();
    }

    private static HttpResponse<String> post(String account, HttpClient.Version offered)
            throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var uri = URI.create("%s:%d/accounts/%s/token".formatted(RestAssured.baseURI, RestAssured.port, account));
            return http.send(
                    HttpRequest.newBuilder(uri)
                            .header("Authorization", "Bearer " + Sandbox.DEMO_KEY)
                            .version(offered)
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
