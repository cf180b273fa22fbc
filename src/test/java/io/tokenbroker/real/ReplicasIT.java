package io.tokenbroker.real;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.response.Response;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.process.PostgresServer;
import io.tokenbroker.sandbox.wire.Interference;
import io.tokenbroker.support.AnswersRecorded;
import io.tokenbroker.support.ClientKey;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.Waiting;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three replicas on one PostgreSQL: whatever one of them learns, all of them know. */
@Timeout(180)
class ReplicasIT {

    /** Replicas ask a database that has failed them once a second, and a connection that hangs is given up after two. */
    private static final Duration SEEN_AFTER = Duration.ofSeconds(10);

    /** Since the database is back. */
    private static final Duration AT_ONCE = Duration.ofSeconds(10);

    private static final String ARM = "https://management.azure.com";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration RECHECK_AFTER = Duration.ofSeconds(2);

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    /** Where a refresh token works once, without a grace time. */
    @AutoClose
    private static final PlainProvider PLAIN = new PlainProvider();

    private static final UUID PLAIN_ID = UUID.randomUUID();

    /** A client that may insist once in half a minute. */
    private static final ClientKey PATIENT = ClientKey.of("patient");

    private static final PostgresServer POSTGRES = new PostgresServer(Sandbox.stores());

    private static final List<BrokerProcess> REPLICAS = Stream.of("one", "two", "three")
            .map(name -> new BrokerProcess("postgres-replica-" + name, settings()))
            .toList();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void start() {
        SANDBOX.fusionAuth().addProvider(PLAIN.registered("Plain").withId(PLAIN_ID));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            REPLICAS.forEach(replica -> threads.execute(replica::start));
        }
    }

    @AfterAll
    static void stop() {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            REPLICAS.forEach(replica -> threads.execute(replica::close));
        }
        POSTGRES.dump(Sandbox.stores().resolve("postgres-dump.txt"));
        POSTGRES.close();
    }

    @BeforeEach
    void beginAnew() {
        SANDBOX.reset();
        SANDBOX.fusionAuth().addProvider(PLAIN.registered("Plain").withId(PLAIN_ID));
        PLAIN.suffer(Interference.NONE);
    }

    @Test
    void twoHundredCallersOfOneAccountAreServedByOneRefresh() {
        var account = linkElsewhere("two-hundred");
        var asked = PLAIN.tokenRequests().size();
        var links = linksRead();
        PLAIN.suffer((request, work) -> {
            // Its answer comes when all three replicas are at it.
            Waiting.until(() -> linksRead() >= links + 3);
            return work.get();
        });

        var answers = mintsAtOnce(Stream.generate(() -> account).limit(200).toList());

        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(200);
        assertThat(answers.stream().map(ReplicasIT::token).distinct()).hasSize(1);
        assertThat(PLAIN.tokenRequests().size() - asked).isEqualTo(1);
    }

    @Test
    void fiftyAccountsAreRefreshedOnceEachForThreeReplicas() {
        var accounts = IntStream.range(0, 50)
                .mapToObj(i -> linkElsewhere("fifty-" + i))
                .toList();
        var asked = PLAIN.tokenRequests().size();
        var thrice = accounts.stream()
                .flatMap(account -> Stream.of(account, account, account))
                .toList();

        var answers = mintsAtOnce(thrice);

        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(200);
        assertThat(PLAIN.tokenRequests().size() - asked).isEqualTo(50);
        for (var i = 0; i < 50; i++) {
            assertThat(answers.subList(3 * i, 3 * i + 3).stream()
                            .map(ReplicasIT::token)
                            .distinct())
                    .hasSize(1);
        }
    }

    @Test
    void aTokenThatItsResourceRejectedIsReplacedAtAllReplicas() {
        var account = link("b@contoso.com");
        var rejected = tokenEverywhere(account, Map.of("resource", ARM));
        var asked = SANDBOX.entra().refreshes("b@contoso.com", ARM);

        var replaced = given().filter(new AnswersRecorded())
                .baseUri(REPLICAS.getFirst().url().toString())
                .header("X-IDENTITY-HEADER", Sandbox.DEMO_KEY)
                .queryParam("api-version", "2019-08-01")
                .queryParam("resource", ARM)
                .queryParam("client_id", account)
                .queryParam("token_sha256_to_refresh", sha256(rejected))
                .get("/msi/token");
        replaced.then().statusCode(200);

        String newer = at(replaced, "access_token");
        assertThat(newer).isNotEqualTo(rejected);
        isHandedOutEverywhere(account, Map.of("resource", ARM), newer);
        assertThat(SANDBOX.entra().refreshes("b@contoso.com", ARM) - asked).isEqualTo(1);
    }

    @Test
    void aForcedRefreshReplacesTheTokenAtAllReplicas() {
        var account = linkElsewhere("forced");
        var first = tokenEverywhere(account, Map.of());
        var asked = PLAIN.tokenRequests().size();

        String newer = at(api(1).mint(account, Map.of("force_refresh", true)), "access_token");

        assertThat(newer).isNotEqualTo(first);
        isHandedOutEverywhere(account, Map.of(), newer);
        assertThat(PLAIN.tokenRequests().size() - asked).isEqualTo(1);
    }

    @Test
    void ofTwentyWhoInsistAtTwoReplicasOneGetsThrough() {
        var account = link("b@contoso.com");
        tokenEverywhere(account, Map.of("resource", ARM));
        var asked = SANDBOX.entra().refreshes("b@contoso.com", ARM);
        var insisting = Map.of("resource", ARM, "force_refresh", true);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, 40)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> api(i % 2)
                                    .mint(PATIENT.key(), account, insisting)
                                    .statusCode(),
                            threads))
                    .toList();
            assertThat(answers)
                    .extracting(CompletableFuture::join)
                    .contains(200)
                    .containsOnly(200, 429);
        }
        assertThat(SANDBOX.entra().refreshes("b@contoso.com", ARM) - asked).isEqualTo(1);
    }

    @Test
    void aRefusalIsKnownToAllReplicasSurvivesARestartAndIsEndedByASignIn() {
        var account = link("b@contoso.com");
        tokenEverywhere(account, Map.of());
        SANDBOX.entra().directory().revokeSessions("b@contoso.com");

        isRefused(api(0).mint(account, Map.of("force_refresh", true)));
        var asked = SANDBOX.entra().refreshes("b@contoso.com");
        REPLICAS.get(1).killAndStart();

        for (var replica = 0; replica < 3; replica++) {
            api(replica)
                    .account(account)
                    .then()
                    .statusCode(200)
                    .body(json("status", equalTo("reauthorization_required")))
                    .body(json("reason", equalTo("revoked")));
        }
        isRefused(api(1).mint(account, Map.of("resource", ARM)));
        assertThat(SANDBOX.entra().refreshes("b@contoso.com")).isEqualTo(asked);

        assertThat(link(api(2), "b@contoso.com")).isEqualTo(account);
        for (var replica = 0; replica < 3; replica++) {
            api(replica).account(account).then().statusCode(200).body(json("status", equalTo("active")));
            var at = api(replica);
            Waiting.until(
                    () -> at.mint(account, Map.of("resource", ARM)).statusCode() == 200, RECHECK_AFTER.plusSeconds(3));
        }
    }

    @Test
    void anUnlinkBitesEverywhere() {
        var account = linkElsewhere("unlinked");
        tokenEverywhere(account, Map.of());

        api(0).alice().delete("/accounts/{id}", account).then().statusCode(204);

        for (var replica = 0; replica < 3; replica++) {
            var at = api(replica);
            Waiting.until(() -> at.mint(account, Map.of()).statusCode() == 404, RECHECK_AFTER.plusSeconds(3));
        }
    }

    @Test
    void aNewAuthorizationBitesEverywhere() {
        var account = link("b@contoso.com");
        var before = tokenEverywhere(account, Map.of("resource", ARM));

        link(api(0), "b@contoso.com");

        String newer = at(api(0).mint(account, Map.of("resource", ARM)), "access_token");
        assertThat(newer).isNotEqualTo(before);
        isHandedOutEverywhere(account, Map.of("resource", ARM), newer);
    }

    @Test
    void noAccountIsLostWhenTheDatabaseIsKilledUnderLoad() {
        var accounts = IntStream.range(0, 40)
                .mapToObj(i -> linkElsewhere("killed-" + i))
                .toList();
        mintsAtOnce(accounts);
        var loaded = new AtomicBoolean(true);
        var mints = new AtomicInteger();
        var refused = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var caller = 0; caller < 4; caller++) {
                var first = caller;
                threads.execute(() -> {
                    for (var i = first; loaded.get(); i += 7) {
                        var isMinted = isMinted(accounts.get(i % accounts.size()), i);
                        (isMinted ? mints : refused).incrementAndGet();
                    }
                });
            }
            Waiting.until(() -> mints.get() > 60);
            POSTGRES.kill();
            CompletableFuture.runAsync(loaded::getAcquire, CompletableFuture.delayedExecutor(5, TimeUnit.SECONDS))
                    .join();
            loaded.set(false);
            POSTGRES.startAgain();
        }

        var back = System.nanoTime();
        Waiting.until(() -> REPLICAS.stream().allMatch(ReplicasIT::seesItsStore), SEEN_AFTER);
        var seen = Duration.ofNanos(System.nanoTime() - back);
        var left = new ArrayList<>(accounts);
        var atOnce = new AtomicInteger();
        Waiting.until(
                () -> {
                    var sent = left.stream()
                            .map(account -> mint(account, accounts.indexOf(account), true))
                            .toList();
                    var asked = List.copyOf(left);
                    left.removeIf(
                            account -> sent.get(asked.indexOf(account)).join().statusCode() == 200);
                    if (System.nanoTime() - back < AT_ONCE.toNanos()) {
                        atOnce.set(accounts.size() - left.size());
                    }
                    return left.isEmpty();
                },
                Duration.ofSeconds(75).minus(seen));
        System.out.printf(
                "PostgreSQL killed for 5 s: %d mints and %d refusals under load; seen by all replicas after %d ms; then %d of %d accounts at once, all after %d ms%n",
                mints.get(),
                refused.get(),
                seen.toMillis(),
                atOnce.get(),
                accounts.size(),
                Duration.ofNanos(System.nanoTime() - back).toMillis());
        assertThat(atOnce.get()).isGreaterThanOrEqualTo(accounts.size() * 9 / 10);
    }

    private static boolean seesItsStore(BrokerProcess replica) {
        var ready = given().baseUri(replica.management().toString()).get("/q/health/ready");
        return Json.<Boolean>at(ready, "checks[?(@.name == 'store')].data.answers");
    }

    private static boolean isMinted(String account, int replica) {
        return mint(account, replica, true).join().statusCode() == 200;
    }

    private static Map<String, String> settings() {
        var settings = new HashMap<>(POSTGRES.settings(SANDBOX.settingsOfTheImpatient()));
        settings.put("broker.accounts.recheck-after", RECHECK_AFTER.toString());
        settings.putAll(PATIENT.settings(Map.of("providers", "*", "resources", "*")));
        return settings;
    }

    private static Api api(int replica) {
        return new Api(REPLICAS.get(replica).url(), SANDBOX.fusionAuth());
    }

    /** Of a person at Contoso, linked at the first replica. */
    private static String link(String email) {
        return link(api(0), email);
    }

    private static String link(Api broker, String email) {
        var started = broker.start(Sandbox.CONTOSO, Sandbox.CALLBACK);
        var completed = broker.complete(SANDBOX.entra().signIn(at(started, "authorize_url"), email));
        var linked = completed.statusCode() == 202 ? broker.resolve(at(completed, "pending_link_id")) : completed;
        return at(linked.then().statusCode(200).extract(), "account.id");
    }

    private static String linkElsewhere(String identity) {
        SANDBOX.fusionAuth()
                .addLink(FusionAuthStandIn.ALICE_ID, PLAIN_ID, identity, identity, PLAIN.refreshToken(identity));
        return new AccountId(PLAIN_ID, identity).toString();
    }

    /** The token that every replica has by now. */
    private static String tokenEverywhere(String account, Map<String, ?> target) {
        String token = at(api(0).mint(account, target).then().statusCode(200).extract(), "access_token");
        isHandedOutEverywhere(account, target, token);
        return token;
    }

    private static void isHandedOutEverywhere(String account, Map<String, ?> target, String token) {
        for (var replica = 0; replica < 3; replica++) {
            var at = api(replica);
            Waiting.until(
                    () -> token.equals(at(at.mint(account, target), "access_token")), RECHECK_AFTER.plusSeconds(3));
        }
    }

    private static void isRefused(Response answer) {
        answer.then()
                .statusCode(409)
                .body(json("code", equalTo("reauthorization_required")))
                .body(json("detail", containsString("(revoked)")));
    }

    /** Each by the next replica, all sent before the first is answered. */
    private static List<HttpResponse<String>> mintsAtOnce(List<String> accounts) {
        var sent = IntStream.range(0, accounts.size())
                .mapToObj(i -> mint(accounts.get(i), i, false))
                .toList();
        return sent.stream().map(CompletableFuture::join).toList();
    }

    private static CompletableFuture<HttpResponse<String>> mint(String account, int replica, boolean force) {
        var request = HttpRequest.newBuilder(REPLICAS.get(replica % 3).url().resolve("/accounts/" + account + "/token"))
                .header("Authorization", "Bearer " + Sandbox.DEMO_KEY)
                .header("Content-Type", "application/json")
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString("{\"force_refresh\":%s}".formatted(force)))
                .build();
        return HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String token(HttpResponse<String> answer) {
        try {
            JsonNode body = JSON.readTree(answer.body());
            return body.path("access_token").asText();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int linksRead() {
        return SANDBOX.fusionAuth().count("GET", "/api/identity-provider/link");
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
