package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.linkOf;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Entra's error catalogue, row by row: from the wire answer to the problem, the account's state, what {@code start}
 * needs, and for how long and how widely the answer holds.
 */
@QuarkusTest
class ErrorCatalogueTest extends BrokerTest {

    private static final Set<Integer> WITH_CLAIMS =
            Set.of(50072, 50074, 50076, 50078, 50079, 50158, 50161, 53000, 53001, 53003, 530003, 530084);

    /** For what a refusal of one resource stands, and from when and until when at the latest the tenant is not asked. */
    enum Holds {
        FOR_THE_ACCOUNT(60, 120),
        /** The store holds the mark for a quarter of an hour. */
        FOR_THE_MARKED_ACCOUNT(60, 900),
        FOR_THE_RESOURCE(60, 120),
        FOR_THE_PROVIDER(60, 60),
        /** The stand-in says 30 s by {@code Retry-After}. */
        FOR_THE_TENANT_AS_TOLD(30, 30),
        FOR_THE_RESOURCE_AS_TOLD(30, 30),
        FOR_A_MOMENT(5, 5);

        private final Duration atLeast;
        private final Duration atMost;

        Holds(int atLeast, int atMost) {
            this.atLeast = Duration.ofSeconds(atLeast);
            this.atMost = Duration.ofSeconds(atMost);
        }

        boolean isForOtherResources() {
            return this == FOR_THE_ACCOUNT
                    || this == FOR_THE_MARKED_ACCOUNT
                    || this == FOR_THE_PROVIDER
                    || this == FOR_THE_TENANT_AS_TOLD;
        }
    }

    /** @param requests how many the tenant gets before the first answer */
    record Row(int number, ProblemType type, Holds holds, String reason, int requests) {

        boolean isReauthorization() {
            return type == ProblemType.REAUTHORIZATION_REQUIRED;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                        rows(ProblemType.CONSENT_REQUIRED, Holds.FOR_THE_RESOURCE, 65001, 65004, 90094, 90095),
                        rows(
                                ProblemType.INTERACTION_REQUIRED,
                                Holds.FOR_THE_RESOURCE,
                                50058,
                                50072,
                                50074,
                                50076,
                                50078,
                                50079,
                                50158,
                                50161),
                        rows(ProblemType.BLOCKED_BY_POLICY, Holds.FOR_THE_RESOURCE, 50097, 50155, 50187, 53000, 53001),
                        rows(
                                ProblemType.BLOCKED_BY_POLICY,
                                Holds.FOR_THE_RESOURCE,
                                53002,
                                53003,
                                53011,
                                135011,
                                500212),
                        rows(ProblemType.BLOCKED_BY_POLICY, Holds.FOR_THE_RESOURCE, 500213, 530003, 530032, 530034),
                        rows(ProblemType.BLOCKED_BY_POLICY, Holds.FOR_THE_RESOURCE, 530035, 530084),
                        rows(ProblemType.ACCOUNT_DISABLED, Holds.FOR_THE_ACCOUNT, 16000, 50020, 50034, 50053, 50057),
                        rows(ProblemType.ACCOUNT_DISABLED, Holds.FOR_THE_ACCOUNT, 50105, 51004, 90072, 5000224),
                        reauthorization("revoked", 50173),
                        reauthorization("password_changed", 50056, 50126, 50132, 50133),
                        reauthorization("password_expired", 50055, 50144),
                        reauthorization("expired", 70008, 700081, 700082, 700084),
                        reauthorization("sign_in_frequency", 70043),
                        reauthorization("credential_removed", 135010),
                        reauthorization("malformed", 9002313),
                        // It explains nothing, so another question is asked, and then the same once more.
                        Stream.of(new Row(70000, ProblemType.CONSENT_REQUIRED, Holds.FOR_THE_RESOURCE, "", 3)),
                        rows(
                                ProblemType.INVALID_SCOPE,
                                Holds.FOR_THE_RESOURCE,
                                28000,
                                28002,
                                28003,
                                70011,
                                700022,
                                1002012),
                        rows(ProblemType.INVALID_TARGET, Holds.FOR_THE_RESOURCE, 50001, 65002, 90009, 500011),
                        rows(ProblemType.PROVIDER_MISCONFIGURED, Holds.FOR_THE_RESOURCE, 90014, 900144, 650052, 650054),
                        rows(ProblemType.PROVIDER_MISCONFIGURED, Holds.FOR_THE_RESOURCE, 650056, 650057),
                        rows(ProblemType.PROVIDER_MISCONFIGURED, Holds.FOR_THE_PROVIDER, 50049, 70001, 90002, 500021),
                        rows(
                                ProblemType.PROVIDER_MISCONFIGURED,
                                Holds.FOR_THE_PROVIDER,
                                500022,
                                700016,
                                700024,
                                700025),
                        rows(
                                ProblemType.PROVIDER_MISCONFIGURED,
                                Holds.FOR_THE_PROVIDER,
                                700027,
                                700213,
                                7000112,
                                7000215),
                        rows(ProblemType.PROVIDER_MISCONFIGURED, Holds.FOR_THE_PROVIDER, 7000218, 7000222),
                        rows(ProblemType.PROVIDER_MISCONFIGURED, Holds.FOR_THE_PROVIDER, 9002326, 9002327),
                        rows(ProblemType.PROVIDER_UNAVAILABLE, Holds.FOR_THE_TENANT_AS_TOLD, 90055),
                        rows(ProblemType.PROVIDER_UNAVAILABLE, Holds.FOR_THE_RESOURCE_AS_TOLD, 50196),
                        // A 5xx without Retry-After is worth a second try.
                        Stream.of(50033, 50087, 50088, 70012, 90006, 90012, 90024, 90033, 90090)
                                .map(number ->
                                        new Row(number, ProblemType.PROVIDER_UNAVAILABLE, Holds.FOR_A_MOMENT, "", 2)))
                .flatMap(rows -> rows);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void anErrorIsToldAndKept(Row row) {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var stored = linkOf(account).token();
        sandbox()
                .entra()
                .faults()
                .add(EntraFault.aadsts(row.number()).onGrant("refresh_token").onResource(ARM));

        var answer = mint(account, ARM);

        isTheProblem(answer, row);
        tellsWhatThePersonCanDo(answer, account, row);
        assertThat(refreshes()).isEqualTo(row.requests());
        leavesTheAccount(account, row);
        assertThat(linkOf(account).token()).isEqualTo(stored);
        holdsForOtherResources(account, row);
        sandbox().entra().faults().clear();
        holdsForItsTime(account, row);
        account(account).then().body(json("status", equalTo("active"))).body(json("reason", nullValue()));
    }

    private static void isTheProblem(Response answer, Row row) {
        answer.then()
                .statusCode(row.type().status())
                .contentType("application/problem+json")
                .body(json("upstream.error_codes", equalTo(List.of(row.number()))))
                .body(json("code", equalTo(row.type().code())))
                .body(json(
                        "type", equalTo("urn:token-broker:problem:" + row.type().code())))
                .body(json("upstream.error", notNullValue()))
                .body(json("upstream.trace_id", notNullValue()))
                .body(not(containsString("AADSTS" + row.number())))
                .body(not(containsString("Trace ID")));
        assertThat(answer.header("Retry-After") != null).isEqualTo(row.type() == ProblemType.PROVIDER_UNAVAILABLE);
        assertThat(Json.<String>at(answer, "upstream.correlation_id"))
                .isEqualTo(Minting.refreshRequests().getLast().headers().get("client-request-id"));
    }

    private static void tellsWhatThePersonCanDo(Response answer, String account, Row row) {
        switch (row.type()) {
            case REAUTHORIZATION_REQUIRED, CONSENT_REQUIRED, INTERACTION_REQUIRED, BLOCKED_BY_POLICY ->
                answer.then()
                        .body(json("reauthorize.account_id", equalTo(account)))
                        .body(json("reauthorize.provider_id", equalTo(Sandbox.CONTOSO.toString())))
                        .body(json(
                                "reauthorize.scopes",
                                equalTo(
                                        row.type() == ProblemType.CONSENT_REQUIRED || row.isReauthorization()
                                                ? List.of(ARM + "/.default")
                                                : List.of())))
                        .body(json(
                                "reauthorize.claims",
                                WITH_CLAIMS.contains(row.number()) ? containsString("capolids") : nullValue()));
            default -> answer.then().body(json("reauthorize", nullValue()));
        }
    }

    private static void leavesTheAccount(String account, Row row) {
        account(account)
                .then()
                .body(json("status", equalTo(row.isReauthorization() ? "reauthorization_required" : "active")))
                .body(json("reason", row.isReauthorization() ? equalTo(row.reason()) : nullValue()));
    }

    private static void holdsForOtherResources(String account, Row row) {
        var before = refreshes();
        var other = mint(account, GRAPH);
        if (row.holds().isForOtherResources()) {
            other.then()
                    .statusCode(row.type().status())
                    .body(json("code", equalTo(row.type().code())));
            assertThat(refreshes()).isEqualTo(before);
        } else {
            other.then().statusCode(200);
        }
    }

    /** The fault is over; the tenant is asked again when the answer's time is, not before and not much later. */
    private static void holdsForItsTime(String account, Row row) {
        var before = refreshes();
        TestTime.advance(row.holds().atLeast.minusSeconds(5));
        mint(account, ARM)
                .then()
                .statusCode(row.type().status())
                .body(json("code", equalTo(row.type().code())))
                .body(json("upstream.error_codes", equalTo(List.of(row.number()))));
        assertThat(refreshes()).isEqualTo(before);
        TestTime.advance(row.holds().atMost.minus(row.holds().atLeast).plusSeconds(5));
        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    private static Stream<Row> rows(ProblemType type, Holds holds, Integer... numbers) {
        return Stream.of(numbers).map(number -> new Row(number, type, holds, "", 1));
    }

    private static Stream<Row> reauthorization(String reason, Integer... numbers) {
        return Stream.of(numbers)
                .map(number ->
                        new Row(number, ProblemType.REAUTHORIZATION_REQUIRED, Holds.FOR_THE_MARKED_ACCOUNT, reason, 1));
    }

    private static long refreshes() {
        return sandbox().entra().refreshes(BLAKE);
    }
}
