package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.support.Json.json;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import io.tokenbroker.support.Broker;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider may answer to a refresh other than the usual, where the next refresh token is the only one. */
@QuarkusTest
@Timeout(60)
class SuccessInAnotherDressTest extends SingleUse {

    private static final ObjectMapper JSON = new ObjectMapper();

    @AfterEach
    void undress() {
        sandbox().fusionAuth().suffer((request, work) -> work.get());
    }

    @ParameterizedTest
    @CsvSource({"201, ''", "202, ''", "203, gzip", "200, gzip", "200, deflate"})
    void whateverItsStatusAndCodingItIsASuccess(int status, String coding) {
        refreshesAre(reply -> reply.withStatus(status).compressed(coding));

        mint().then().statusCode(200).body(json("source", equalTo("refresh")));
        mintAnew().then().statusCode(200);

        assertThat(spent()).hasSize(2).doesNotHaveDuplicates();
    }

    /** The client once closed the connection of a compressed answer when another account's refresh was on it already. */
    @Test
    void compressedAnswersToManyAtOnceLoseNoRefreshToken() {
        refreshesAre(reply -> reply.compressed("deflate"));
        var accounts = IntStream.range(0, 30)
                .mapToObj(number -> link(provider, plain, "person %d".formatted(number)))
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var minting = accounts.stream()
                    .map(one -> threads.submit(() -> {
                        for (var time = 0; time < 10; time++) {
                            Broker.mint(one, Map.of("force_refresh", true))
                                    .then()
                                    .statusCode(200);
                        }
                    }))
                    .toList();

            assertThat(minting).allSatisfy(one -> assertThat(one).succeedsWithin(ofSeconds(50)));
        }
    }

    @Test
    void noCodingIsAskedFor() {
        mint().then().statusCode(200);

        assertThat(plain.tokenRequests().getLast().header("accept-encoding")).contains("identity");
    }

    @Test
    void aCompressedDiscoveryDocumentAndCompressedAnswersOfFusionAuthAreRead() {
        // FusionAuth's stand-in reads the same document.
        plain.suffer((request, work) -> {
            var isOurs =
                    request.header("user-agent").filter("token-broker"::equals).isPresent();
            return isOurs ? work.get().compressed("gzip") : work.get();
        });
        sandbox().fusionAuth().suffer((request, work) -> {
            var reply = work.get();
            return request.path().startsWith("/api/") ? reply.compressed("gzip") : reply;
        });

        var other = add(plain.registered("Compressed"));
        account = link(other, plain, "another");

        mint().then().statusCode(200);
        var entra = Broker.link(Sandbox.CONTOSO, BLAKE);
        Minting.mint(entra, ARM).then().statusCode(200);
    }

    @Test
    void aFewBytesThatBecomeVeryManyAreNotRead() {
        refreshesAre(reply -> {
            var answer = ((ObjectNode) read(reply.body())).put("padding", "x".repeat(1 << 22));
            return Reply.json(200, answer).compressed("gzip");
        });

        problem(mint(), 502, "upstream_error");
    }

    @Test
    void aSuccessThatCannotBeReadSaysWhatMayBeLostAndWhatHelps() {
        refreshesAre(reply -> Reply.html(200, "<html></html>"));

        problem(mint(), 502, "upstream_error")
                .body(json("detail", containsString("status 200")))
                .body(json("detail", containsString("reauthorization_required")))
                .body(json("detail", not(containsString("No account is lost"))));

        refreshesAre(reply -> reply);
        problem(mint(), 409, "reauthorization_required");
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 404})
    void theStatusOfAnAnswerThatIsNoneIsTold(int status) {
        refreshesAre(reply -> Reply.html(status, "<html></html>"));

        problem(mint(), 502, "upstream_error").body(json("detail", containsString("status " + status)));
    }

    @ParameterizedTest
    @CsvSource({
        "invalid_grant, 409, reauthorization_required",
        "bad_refresh_token, 409, reauthorization_required",
        "temporarily_unavailable, 503, provider_unavailable"
    })
    void anErrorIsOneWhateverItsStatus(String error, int status, String code) {
        plain.suffer((request, work) -> isRefresh(request) ? Reply.json(200, Map.of("error", error)) : work.get());

        problem(mint(), status, code).body(json("upstream.error", equalTo(error)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"soon\"", "true", "[]", "0", "-1", "1e300", "\"99999999999999999999\""})
    void whatIsNoLifetimeIsTheDefaultOne(String life) {
        tokensAre(answer -> answer.set("expires_in", read(life)));

        mint().then().statusCode(200).body(json("expires_in", allOf(greaterThan(50), lessThanOrEqualTo(60))));
    }

    @Test
    void aMissingLifetimeIsTheDefaultOne() {
        tokensAre(answer -> answer.remove("expires_in"));

        mint().then().statusCode(200).body(json("expires_in", allOf(greaterThan(50), lessThanOrEqualTo(60))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bearer", "BEARER"})
    void aBearerTokenIsOneHoweverItIsWritten(String type) {
        tokensAre(answer -> answer.put("token_type", type));

        mint().then().statusCode(200).body(json("token_type", equalTo("Bearer")));
    }

    @Test
    void anotherTypeOfTokenIsRefusedAndNotRelabelled() {
        tokensAre(answer -> answer.put("token_type", "DPoP"));

        cannotBeHandedOut("token_type");
    }

    @ParameterizedTest
    @CsvSource({"access_token, 16385", "id_token, 16385", "scope, 8193"})
    void aValueBeyondItsLimitIsRefused(String member, int length) {
        tokensAre(answer -> answer.put(member, "x".repeat(length)));

        cannotBeHandedOut(member);
    }

    @ParameterizedTest
    @CsvSource({"access_token, 16384", "scope, 8192"})
    void aValueAtItsLimitIsNot(String member, int length) {
        tokensAre(answer -> answer.put(member, "x".repeat(length)));

        mint().then().statusCode(200);
    }

    @Test
    void aRefreshTokenBeyondItsLimitSaysWhatIsLost() {
        tokensAre(answer -> answer.put("refresh_token", "x".repeat(16_385)));

        problem(mint(), 502, "upstream_error")
                .body(json(
                        "detail",
                        allOf(containsString("refresh_token"), containsString("authorize the account again"))));
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 150_000})
    void anErrorWithMoreThanErrorsHaveIsNotBelieved(int numbers) {
        var error = Map.of(
                "error",
                "invalid_grant",
                "error_codes",
                IntStream.range(0, numbers).boxed().toList());
        plain.suffer((request, work) -> isRefresh(request) ? Reply.json(400, error) : work.get());

        var answer = problem(mint(), 502, "upstream_error").extract().response();

        assertThat(answer.asByteArray().length).isLessThan(1_000);
        Broker.alice().get("/accounts/{id}", account).then().body(json("status", equalTo("active")));
    }

    @Test
    void claimsBeyondTheirLimitAreNotBelieved() {
        var error = Map.of("error", "interaction_required", "claims", "{\"a\":\"" + "x".repeat(8_192) + "\"}");
        plain.suffer((request, work) -> isRefresh(request) ? Reply.json(400, error) : work.get());

        problem(mint(), 502, "upstream_error").body(json("reauthorize", nullValue()));
    }

    @Test
    void oneScopeThatIsRefusedWithoutAReasonCostsTheOthersNothing() {
        plain.suffer((request, work) ->
                isRefresh(request) && request.form().getOrDefault("scope", "").contains("write")
                        ? Reply.json(400, Map.of("error", "invalid_grant"))
                        : work.get());

        var refused = Broker.mint(account, Map.of("scopes", List.of("write")));

        problem(refused, 403, "consent_required").body(json("reauthorize.scopes", equalTo(List.of("write"))));
        Broker.alice().get("/accounts/{id}", account).then().body(json("status", equalTo("active")));
        mint().then().statusCode(200);
        mintAnew().then().statusCode(200);
        // The refused one did not reach the provider.
        assertThat(plain.tokenRequests().stream().filter(SuccessInAnotherDressTest::isRefresh))
                .extracting(request -> request.form().containsKey("scope"))
                .containsExactly(false, true, true);
    }

    /** The access token is refused, and the next refresh token is kept: it is the only one. */
    private void cannotBeHandedOut(String why) {
        problem(mint(), 502, "upstream_error")
                .body(json("detail", allOf(containsString(why), containsString("No account is lost"))));

        plain.suffer((request, work) -> work.get());
        mint().then().statusCode(200).body(json("source", equalTo("refresh")));
        assertThat(spent()).hasSize(2).doesNotHaveDuplicates();
    }

    private void refreshesAre(UnaryOperator<Reply> dressed) {
        plain.suffer((request, work) -> {
            var reply = work.get();
            return isRefresh(request) && reply.status() == 200 ? dressed.apply(reply) : reply;
        });
    }

    private void tokensAre(Consumer<ObjectNode> changed) {
        refreshesAre(reply -> {
            var answer = (ObjectNode) read(reply.body());
            changed.accept(answer);
            return Reply.json(200, answer);
        });
    }

    private static boolean isRefresh(Request request) {
        return request.form().getOrDefault("grant_type", "").equals("refresh_token");
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
