package io.tokenbroker.tenant;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.DEVON;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.linkAt;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.providerLike;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.tokenbroker.provider.ReloadProviders;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A token endpoint that fails in every other way than by an OAuth error. A send may last 1.5 s here. */
@QuarkusTest
@TestProfile(ShortSends.class)
@Timeout(60)
class ProviderOutageTest extends BrokerTest {

    private static final Duration SOON = Duration.ofSeconds(8);

    /** By a provider where a token works once: it may have a grace window. */
    private static final int SENT_ONCE_MORE = 2;

    @ParameterizedTest
    @EnumSource(
            value = EntraFault.Kind.class,
            names = {"GARBAGE", "EMPTY_BODY", "OVERSIZE", "NO_ACCESS_TOKEN"})
    void anAnswerThatIsNoneIsAnUpstreamError(EntraFault.Kind kind) {
        refresh(
                EntraFault.of(kind),
                answer -> answer.then()
                        .statusCode(502)
                        .body(json("code", equalTo("upstream_error")))
                        .body(json("reauthorize", nullValue()))
                        .header("Retry-After", nullValue())
                        .body(not(containsString("<<<"))));
    }

    @ParameterizedTest
    @EnumSource(
            value = EntraFault.Kind.class,
            names = {"SERVER_ERROR", "DROP", "DROP_AFTER"})
    void aTenantThatFailsIsUnavailableForAWhile(EntraFault.Kind kind) {
        refresh(EntraFault.of(kind), answer -> unavailable(answer, "10"));
    }

    @Test
    void retryAfterIsPassedOn() {
        refresh(EntraFault.throttled(Duration.ofSeconds(77)), answer -> unavailable(answer, "77"));
        refresh(of(EntraFault.Kind.UNAVAILABLE, "42"), answer -> unavailable(answer, "42"));
        refresh(of(EntraFault.Kind.UNAVAILABLE, ""), answer -> unavailable(answer, "10"));
    }

    @Test
    void whoAsksAgainHearsTheTenantsOwnRetryAfterToo() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(of(EntraFault.Kind.UNAVAILABLE, "60"));

        for (var asked = 0; asked < 2; asked++) {
            var answer = mint(account, ARM);
            answer.then().statusCode(503).body(json("code", equalTo("provider_unavailable")));
            assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(50, 60);
        }
    }

    @Test
    void retryAfterAsADateBecomesSeconds() {
        refresh(EntraFault.throttledUntil(Duration.ofSeconds(100)), answer -> {
            answer.then().statusCode(503).body(json("code", equalTo("provider_unavailable")));
            assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(95, 100);
        });
    }

    @Test
    void retryAfterIsNeverMoreThanAnHour() {
        refresh(EntraFault.throttled(Duration.ofDays(2)), answer -> unavailable(answer, "3600"));
        refresh(EntraFault.throttledUntil(Duration.ofDays(2)), answer -> unavailable(answer, "3600"));
    }

    @Test
    void redirectsAreNotFollowed() {
        try (var elsewhere = ScriptedTenant.answering(200, "application/json", "{\"access_token\":\"stolen\"}")) {
            refresh(
                    EntraFault.redirect(URI.create(elsewhere.url())),
                    answer -> answer.then().statusCode(502).body(json("code", equalTo("upstream_error"))));

            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @Test
    void aTenantThatHangsIsATimeout() {
        refresh(EntraFault.of(EntraFault.Kind.HANG), answer -> {
            answer.then().statusCode(504).body(json("code", equalTo("upstream_timeout")));
            assertThat(answer.timeIn(TimeUnit.MILLISECONDS)).isLessThan(SOON.toMillis());
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html>It works</html>",
                "[]",
                "null",
                "\"text\"",
                "{}",
                "{\"access_token\":null}",
                "{\"access_token\":\"\"}",
                "{\"access_token\":{\"a\":1}}"
            })
    void whatIsNoTokenAnswerIsAnUpstreamErrorWhateverItSays(String body) {
        try (var tenant = ScriptedTenant.answering(200, "application/json", body)) {
            at(tenant, answer -> answer.then().statusCode(502).body(json("code", equalTo("upstream_error"))));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 204, 304, 400, 401, 403, 404})
    void aStatusThatSaysNothingMoreIsAnUpstreamError(int status) {
        try (var tenant = ScriptedTenant.answering(status, "text/html", "")) {
            at(tenant, answer -> answer.then().statusCode(502).body(json("code", equalTo("upstream_error"))));
        }
    }

    @Test
    void aBodyWithoutEndIsNotReadToTheEnd() {
        var stop = new CountDownLatch(1);
        var brokenOff = new AtomicBoolean();
        try (var tenant = new ScriptedTenant(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            var chunk = "x".repeat(65_536).getBytes(StandardCharsets.UTF_8);
            try {
                while (stop.getCount() > 0) {
                    exchange.getResponseBody().write(chunk);
                }
            } catch (IOException e) {
                brokenOff.set(true);
            }
        })) {
            at(tenant, answer -> answer.then().statusCode(502).body(json("code", equalTo("upstream_error"))));
            Waiting.until(brokenOff::get);
        } finally {
            stop.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {100, 60_000})
    void aBodyThatDripsIsATimeoutHoweverOftenADropFalls(long pauseMillis) {
        var stop = new CountDownLatch(1);
        try (var tenant = new ScriptedTenant(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            while (!pause(stop, pauseMillis)) {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
            }
        })) {
            at(tenant, SENT_ONCE_MORE, answer -> {
                answer.then().statusCode(504).body(json("code", equalTo("upstream_timeout")));
                assertThat(answer.timeIn(TimeUnit.MILLISECONDS)).isLessThan(SOON.toMillis());
            });
        } finally {
            stop.countDown();
        }
    }

    /** Neither the wait for the headers nor that for the rest is too long by itself. */
    @Test
    void anAnswerThatIsWholeOnlyAfterTheTimeOfASendIsATimeout() {
        var stop = new CountDownLatch(1);
        try (var tenant = new ScriptedTenant(exchange -> {
            pause(stop, 1_000);
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("{\"access_token\":\"late\",".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            pause(stop, 1_200);
            exchange.getResponseBody().write("\"expires_in\":3600}".getBytes(StandardCharsets.UTF_8));
        })) {
            at(
                    tenant,
                    SENT_ONCE_MORE,
                    answer -> answer.then().statusCode(504).body(json("code", equalTo("upstream_timeout"))));
        } finally {
            stop.countDown();
        }
    }

    @Test
    void aConnectionThatIsNeverReadyIsATimeout() throws IOException {
        try (var silent = new ServerSocket(0)) {
            var endpoint = "https://localhost:" + silent.getLocalPort() + "/token";
            at(endpoint, answer -> answer.then().statusCode(504).body(json("code", equalTo("upstream_timeout"))));
        }
    }

    @Test
    void aBodyThatBreaksOffIsAnOutage() {
        try (var tenant = new ScriptedTenant(exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write("{\"access_token\":\"half".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        })) {
            at(tenant, SENT_ONCE_MORE, answer -> unavailable(answer, "10"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Call +49 30 1234567 to unlock your account",
                "[\"a list\"]",
                "{\"cut\":",
                "{} and more",
                "\u0000"
            })
    void aTenantsClaimsThatStartWouldRefuseAreNotPassedOn(String claims) {
        var refusal = JsonNodeFactory.instance
                .objectNode()
                .put("error", "interaction_required")
                .put("claims", claims);
        try (var tenant = ScriptedTenant.answering(400, "application/json", refusal.toString())) {
            at(
                    tenant,
                    answer -> answer.then()
                            .statusCode(403)
                            .body(json("code", equalTo("interaction_required")))
                            .body(json("reauthorize.account_id", notNullValue()))
                            .body(json("reauthorize.claims", nullValue())));
        }
    }

    @Test
    void aTokenWithoutALifetimeLivesAsLongAsTheSettingsSay() {
        sandbox().entra().consents().grant(DEVON, ARM);
        var linked = Broker.link(Sandbox.ADATUM, DEVON);
        sandbox().entra().faults().add(EntraFault.life(Duration.ZERO));

        mint(linked, ARM)
                .then()
                .statusCode(200)
                .body(json("expires_in", allOf(greaterThan(1_100), lessThanOrEqualTo(1_200))));
    }

    /** A refresh that meets the fault; the account and the next mint are none the worse. */
    private static void refresh(EntraFault fault, Consumer<Response> check) {
        var linked = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(fault.onGrant("refresh_token"));

        check.accept(mint(linked, ARM));

        sandbox().entra().faults().clear();
        TestTime.advance(Duration.ofHours(1));
        account(linked).then().body(json("status", equalTo("active")));
        mint(linked, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    /** A mint at a tenant of a test's own. */
    private static void at(ScriptedTenant tenant, Consumer<Response> check) {
        at(tenant, 1, check);
    }

    /** One that is asked so many times. */
    private static void at(ScriptedTenant tenant, int requests, Consumer<Response> check) {
        at(tenant.url(), check);
        assertThat(tenant.requests()).hasSize(requests);
    }

    private static void at(String endpoint, Consumer<Response> check) {
        var provider = providerLike(Sandbox.CONTOSO).withEndpoints(endpoint, endpoint, endpoint);
        sandbox().fusionAuth().addProvider(provider);
        ReloadProviders.now();
        try {
            var linked = linkAt(provider.id(), Sandbox.CONTOSO, BLAKE);

            check.accept(mint(linked, ARM));

            account(linked).then().body(json("status", equalTo("active")));
        } finally {
            sandbox().fusionAuth().removeProvider(provider.id());
            ReloadProviders.now();
        }
    }

    private static EntraFault of(EntraFault.Kind kind, String value) {
        return new EntraFault(kind, value, EntraFault.ANY, EntraFault.ANY, EntraFault.ANY, EntraFault.ANY, 0);
    }

    private static void unavailable(Response answer, String retryAfter) {
        answer.then()
                .statusCode(503)
                .body(json("code", equalTo("provider_unavailable")))
                .body(json("reauthorize", nullValue()))
                .header("Retry-After", equalTo(retryAfter));
    }

    private static boolean pause(CountDownLatch stop, long millis) {
        try {
            return stop.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
