package io.tokenbroker.account;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.LINK_API;
import static io.tokenbroker.mint.Minting.mint;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.scheduler.Scheduler;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is read for an account that is not there is read for another user's too, so that time tells nothing. */
@QuarkusTest
class SameReadsTest extends BrokerTest {

    private static final String UNKNOWN = new AccountId(Sandbox.CONTOSO, "nobody").toString();

    private final Scheduler scheduler;
    private String others = "";

    @Inject
    SameReadsTest(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    @SuppressWarnings("ImmutableEnumChecker") // the functions hold nothing
    enum Question {
        READ(account -> zoe().get("/accounts/{id}", account)),
        UNLINK(account -> zoe().delete("/accounts/{id}", account)),
        START(account -> zoe().body(Map.of(
                        "provider_id",
                        Sandbox.CONTOSO.toString(),
                        "redirect_uri",
                        Sandbox.CALLBACK,
                        "account_id",
                        account))
                .post("/authorizations/start")),
        READ_BY_CLIENT(account ->
                Broker.client().queryParam("user_id", FusionAuthStandIn.ZOE_ID).get("/accounts/{id}", account)),
        MINT(account -> Broker.mint(account, Map.of("resource", ARM, "user_id", FusionAuthStandIn.ZOE_ID.toString()))),
        EXPLAIN(account -> Broker.client()
                .body(Map.of("account_id", account, "resource", ARM, "user_id", FusionAuthStandIn.ZOE_ID.toString()))
                .post("/policy/explain")),
        EXCHANGE(account -> Broker.client()
                .contentType("application/x-www-form-urlencoded")
                .formParam("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
                .formParam("subject_token", sandbox().fusionAuth().accessToken(FusionAuthStandIn.ZOE_ID))
                .formParam("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")
                .formParam("resource", ARM)
                .post("/accounts/{id}/oauth2/token", account));

        private final Function<String, Response> request;

        Question(Function<String, Response> request) {
            this.request = request;
        }

        private static RequestSpecification zoe() {
            return Broker.user(FusionAuthStandIn.ZOE_ID);
        }
    }

    /** What the broker reads by itself now and then is not counted. */
    @BeforeEach
    void pauseTheBackground() {
        scheduler.pause();
    }

    @AfterEach
    void resumeTheBackground() {
        scheduler.resume();
    }

    @BeforeEach
    void link() {
        others = Broker.link(Sandbox.CONTOSO, BLAKE);
        mint(others, ARM).then().statusCode(200);
        zoeIsKnown();
    }

    @ParameterizedTest
    @EnumSource(Question.class)
    void anotherUsersAccountTakesTheReadsOfNone(Question question) {
        var ofUnknown = reads(question, UNKNOWN);
        assertThat(ofUnknown.values().stream().mapToInt(Integer::intValue).sum())
                .isLessThanOrEqualTo(1);

        assertThat(reads(question, others)).isEqualTo(ofUnknown);

        TestTime.advance(Duration.ofMinutes(1));
        zoeIsKnown();
        assertThat(reads(question, others)).isEqualTo(ofUnknown);
        mint(others, ARM).then().statusCode(200);
    }

    @Test
    void anAccountThatIsNotThereIsNotLookedForEachTime() {
        var before = linksRead();
        for (var i = 0; i < 5; i++) {
            ProblemAnswer.of(mint(UNKNOWN, ARM), 404, "account_not_found");
        }
        assertThat(linksRead()).isEqualTo(before + 1);

        TestTime.advance(Duration.ofSeconds(6));
        mint(UNKNOWN, ARM).then().statusCode(404);
        assertThat(linksRead()).isEqualTo(before + 2);
    }

    @Test
    void anAccountThatIsLinkedAMomentLaterIsThere() {
        Broker.alice().delete("/accounts/{id}", others).then().statusCode(204);
        mint(others, ARM).then().statusCode(404);

        Broker.link(Sandbox.CONTOSO, BLAKE);

        mint(others, ARM).then().statusCode(200);
    }

    private static int linksRead() {
        return sandbox().fusionAuth().count("GET", LINK_API);
    }

    /** What FusionAuth is asked for one such request, by method and path. */
    private static Map<String, Integer> reads(Question question, String account) {
        var before = sandbox().fusionAuth().counts();
        var answer = question.request.apply(account);
        assertThat(answer.statusCode()).isIn(400, 404);
        var reads = new TreeMap<String, Integer>();
        sandbox().fusionAuth().counts().forEach((call, count) -> {
            if (count > before.getOrDefault(call, 0)) {
                reads.put(call, count - before.getOrDefault(call, 0));
            }
        });
        return reads;
    }

    /** The keys by which her token is verified are read, and so are the providers. */
    private static void zoeIsKnown() {
        Broker.user(FusionAuthStandIn.ZOE_ID).get("/providers").then().statusCode(200);
    }
}
