package io.tokenbroker.account;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.StoreMemory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All users' accounts, as an operator's client lists them from the store. */
@QuarkusTest
class AllAccountsTest extends LinkingTest {

    private static final String MARKED = "reauthorization_required";
    private static final UUID PLAIN = UUID.fromString("91a10000-0000-4000-8000-000000000001");

    @Test
    void anAccountLooksAsTheStoreKnowsIt() {
        var id = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        advance(Duration.ofDays(1));
        Minting.mintAnew(id, Minting.ARM).then().statusCode(200);

        var page = list("");

        assertThat(Json.<List<?>>at(page, "accounts")).hasSize(1);
        var account = Json.<Map<String, Object>>at(page, "accounts[0]");
        var refreshedAt = instant(account, "last_refreshed_at");
        assertThat(refreshedAt).isAfter(instant(account, "linked_at").plus(Duration.ofHours(23)));
        assertThat(account)
                .containsEntry("id", id)
                .containsEntry("user_id", FusionAuthStandIn.ALICE_ID.toString())
                .containsEntry("provider", Map.of("id", Sandbox.CONTOSO.toString(), "name", "Contoso"))
                .containsEntry(
                        "provider_user_id", AccountId.parse(id).orElseThrow().identity())
                .containsEntry("status", "active")
                .containsEntry("reason", null)
                .containsEntry("status_since", null)
                .containsEntry(
                        "next_refresh_at", refreshedAt.plus(Duration.ofDays(30)).toString())
                .containsEntry("consecutive_failures", 0)
                .containsEntry(
                        "refresh_token_expires_at",
                        refreshedAt.plus(Duration.ofDays(90)).toString());
        page.then().body(json("next", nullValue()));
        assertThat(page.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void theAccountsThatNeedAPersonAreFound() {
        var fine = Broker.link(Sandbox.FABRIKAM, Minting.CASEY);
        var revoked = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        sandbox().entra().directory().revokeSessions(Minting.BLAKE);
        problem(Minting.mintAnew(revoked, Minting.ARM), 409, MARKED);

        var page = list("?status=" + MARKED);

        assertThat(ids(page)).containsExactly(revoked);
        var account = Json.<Map<String, Object>>at(page, "accounts[0]");
        assertThat(account)
                .containsEntry("reason", "revoked")
                .containsEntry("next_refresh_at", null)
                .containsEntry("refresh_token_expires_at", null);
        assertThat(instant(account, "status_since")).isAfterOrEqualTo(instant(account, "last_refreshed_at"));
        assertThat(ids(list("?status=active"))).containsExactly(fine);
        assertThat(ids(list(""))).containsExactlyInAnyOrder(fine, revoked);
    }

    @Test
    void failuresInARowAreCountedAndASuccessEndsThem() {
        var id = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.UNAVAILABLE));
        Minting.mintAnew(id, Minting.ARM).then().statusCode(503);
        assertThat(Json.<Integer>at(list(""), "accounts[0].consecutive_failures"))
                .isPositive();

        sandbox().entra().faults().clear();
        advance(Duration.ofMinutes(5));
        Minting.mintAnew(id, Minting.ARM).then().statusCode(200);

        list("").then().body(json("accounts[0].consecutive_failures", equalTo(0)));
    }

    @Test
    void itsUserSeesTheSameOfAnAccount() {
        var id = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        var known = new ArrayList<>(List.of(
                "status_since",
                "last_refreshed_at",
                "next_refresh_at",
                "consecutive_failures",
                "refresh_token_expires_at"));
        var listed = Json.<Map<String, Object>>at(list(""), "accounts[0]");

        for (var account : List.of(
                Json.<Map<String, Object>>at(Broker.alice().get("/accounts"), "accounts[0]"),
                Json.<Map<String, Object>>at(Broker.alice().get("/accounts/" + id), "$"))) {
            assertThat(account).containsKeys(known.toArray(String[]::new)).doesNotContainKey("version");
            known.forEach(name -> assertThat(account).containsEntry(name, listed.get(name)));
        }
    }

    @Test
    void ofAnotherSignInTheStoreSaysNothing() {
        Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        StoreMemory.database().update("test", "UPDATE grants SET root = 'of another sign-in'");

        assertThat(Json.<Map<String, Object>>at(Broker.alice().get("/accounts"), "accounts[0]"))
                .containsEntry("status", "active")
                .doesNotContainKey("last_refreshed_at");
    }

    @Test
    void noneOfManyIsLeftOutOrComesTwice() {
        var rows = IntStream.range(0, 10_000)
                .mapToObj(i -> new Row(id(i), i % 100 == 0 ? MARKED : "active", null))
                .toList();
        put(rows);

        var marked = walk("status=" + MARKED + "&limit=30");
        var all = walk("limit=100");

        assertThat(marked)
                .containsExactlyInAnyOrderElementsOf(ids(rows, MARKED))
                .hasSize(100);
        assertThat(all).hasSize(10_000);
        assertThat(new HashSet<>(all)).hasSize(10_000);
    }

    @Test
    void whatChangesBetweenTwoPagesShiftsNone() {
        var rows = IntStream.range(0, 10)
                .mapToObj(i -> new Row(id(i), "active", null))
                .toList();
        put(rows);
        var first = list("?limit=5");

        StoreMemory.database()
                .update(
                        "test",
                        "DELETE FROM grants WHERE account_id = ?",
                        ids(first).getLast());
        var second = list("?limit=5&after=" + next(first));

        assertThat(ids(second)).hasSize(5).doesNotContainAnyElementsOf(ids(first));
        second.then().body(json("next", nullValue()));
    }

    @Test
    void whatFusionAuthNoLongerHasIsNotShown() {
        put(List.of(new Row(id(1), "active", 1L), new Row(id(2), MARKED, 1L), new Row(id(3), "active", null)));

        assertThat(ids(list(""))).containsExactly(id(3));
        assertThat(ids(list("?status=" + MARKED))).isEmpty();
    }

    @Test
    void aRowThatIsNoAccountsHidesNoOther() {
        put(List.of(new Row("acc_!", "active", null), new Row(id(1), "active", null), new Row("zzz", "active", null)));

        assertThat(ids(list(""))).containsExactly(id(1));
    }

    @Test
    void aProviderThatIsNotKnownHasNoNameAndNoLifetime() {
        put(List.of(new Row(id(1), "active", null)));

        list("").then()
                .body(json("accounts[0].provider", equalTo(Map.of("id", PLAIN.toString(), "name", ""))))
                .body(json("accounts[0].refresh_token_expires_at", nullValue()));
    }

    @Test
    void theLongestIdFitsIntoACursor() {
        var longest = new AccountId(PLAIN, "😀".repeat(255)).toString();
        put(List.of(
                new Row(longest, "active", null),
                new Row(new AccountId(PLAIN, "\uDBFF\uDFFF").toString(), "active", null)));

        assertThat(walk("limit=1")).hasSize(2).contains(longest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status=Active",
                "status=gone",
                "status=no_refresh_token",
                "limit=0",
                "limit=101",
                "limit=-1",
                "limit=1e2",
                "limit=99999999999",
                "after=acc_x",
                "after=a.b.c.d.e",
                "limit=1&limit=2",
                "status=active&status=active",
                "sort=id"
            })
    void aMalformedParameterIsNamed(String query) {
        problem(list("?" + query), 400, "invalid_request")
                .body(json("errors[*].field", equalTo(List.of(query.replaceAll("=.*", "")))));
    }

    @Test
    void itIsSaidWhyNoneWithoutARefreshTokenIsListed() {
        problem(list("?status=no_refresh_token"), 400, "invalid_request")
                .body(json("errors[0].message", containsString("the store has accounts with a refresh token only")));
    }

    @Test
    void aCursorIsTheBrokersOwn() {
        put(List.of(new Row(id(1), "active", null), new Row(id(2), "active", null)));
        var cursor = next(list("?limit=1"));
        var other = cursor.charAt(cursor.length() - 5) == 'A' ? "B" : "A";

        assertThat(cursor).matches("[A-Za-z0-9_.-]+").doesNotContain("acc_");
        var altered = cursor.substring(0, cursor.length() - 5) + other + cursor.substring(cursor.length() - 4);
        problem(list("?after=" + altered), 400, "invalid_request");
        String state = at(Broker.start(Sandbox.CONTOSO), "state");
        problem(list("?after=" + state), 400, "invalid_request");
    }

    @Test
    void aParameterWithoutAValueWasNotSent() {
        put(List.of(new Row(id(1), "active", null)));

        assertThat(ids(list("?status=&limit=&after="))).containsExactly(id(1));
    }

    @Test
    void pagesAreOfAllUsersOnly() {
        for (var query : List.of("status=active", "limit=1", "after=x")) {
            problem(Broker.alice().get("/accounts?" + query), 400, "invalid_request");
            problem(
                    Broker.client().get("/accounts?user_id=" + FusionAuthStandIn.ALICE_ID + "&" + query),
                    400,
                    "invalid_request");
        }
    }

    @Test
    void fusionAuthIsNotAsked() {
        put(List.of(new Row(id(1), "active", null)));
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.UNAVAILABLE_503)
                        .on("GET", "/api/identity-provider/link"));

        assertThat(ids(list(""))).containsExactly(id(1));
    }

    private static Response list(String query) {
        return Broker.bearer(Sandbox.OPERATOR_KEY).get("/accounts" + query);
    }

    /** All pages, one after the other. */
    private static List<String> walk(String query) {
        var found = new ArrayList<String>();
        var page = list("?" + query);
        found.addAll(ids(page));
        while (at(page, "next") != null) {
            page = list("?" + query + "&after=" + next(page));
            found.addAll(ids(page));
        }
        return found;
    }

    private static List<String> ids(Response page) {
        return at(page.then().statusCode(200).extract(), "accounts[*].id");
    }

    private static List<String> ids(List<Row> rows, String status) {
        return rows.stream()
                .filter(row -> row.status().equals(status))
                .map(Row::id)
                .toList();
    }

    private static String next(Response page) {
        return at(page, "next");
    }

    private static Instant instant(Map<String, Object> account, String name) {
        return Instant.parse(String.valueOf(account.get(name)));
    }

    private static String id(int number) {
        return new AccountId(PLAIN, "identity-" + number).toString();
    }

    /** What the tests put into {@code grants}. */
    private record Row(String id, String status, @Nullable Long goneSince) {}

    private static void put(List<Row> rows) {
        var insert = """
                INSERT INTO grants (account_id, user_id, linked_at, root, refresh_token, issued_at, version, lease_until,
                    status, status_since, consecutive_failures, gone_since, next_look_at)
                VALUES (?, ?, 1, 'root', ?, 1, 1000, 0, ?, 1, 0, ?, 0)""";
        StoreMemory.database().transaction("test", session -> {
            for (var row : rows) {
                session.update(
                        insert,
                        row.id(),
                        FusionAuthStandIn.ALICE_ID.toString(),
                        new byte[] {1},
                        row.status(),
                        row.goneSince());
            }
            return rows.size();
        });
    }
}
