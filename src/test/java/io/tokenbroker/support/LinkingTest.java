package io.tokenbroker.support;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.IdentityProvider;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.plain.PlainProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/** A test of linking, which may add providers to FusionAuth and leaves none behind. */
public abstract class LinkingTest extends BrokerTest {

    private static Duration furthest = Duration.ZERO;

    private Duration ahead = Duration.ZERO;
    private final List<UUID> added = new ArrayList<>();
    private final List<PlainProvider> started = new ArrayList<>();

    @AfterEach
    void takeBackProviders() {
        added.forEach(sandbox().fusionAuth()::removeProvider);
        started.forEach(PlainProvider::close);
    }

    /** A provider that runs for the length of this test; FusionAuth does not know it yet. */
    protected PlainProvider plainProvider() {
        var provider = new PlainProvider();
        started.add(provider);
        return provider;
    }

    /** Adds or replaces a provider and lets the broker notice. */
    protected UUID add(IdentityProvider provider) {
        save(provider);
        letTheBrokerLook();
        return provider.id();
    }

    /** Adds or replaces a provider behind the broker's back. */
    protected void save(IdentityProvider provider) {
        added.add(provider.id());
        sandbox().fusionAuth().addProvider(provider);
    }

    /** Lets time pass. */
    protected void advance(Duration by) {
        ahead = ahead.plus(by);
        furthest = furthest.compareTo(ahead) > 0 ? furthest : ahead;
        TestTime.advance(by);
    }

    /** Makes what the broker knows of providers old: later than any test was, for the clock is set back in between. */
    protected void letTheListGrowOld() {
        advance(furthest.plusSeconds(6).minus(ahead));
    }

    /** The broker reads the providers anew: who asks for an unknown one waits for that, who lists them may not. */
    protected void letTheBrokerLook() {
        letTheListGrowOld();
        Broker.start(UUID.randomUUID());
    }

    /** Start, as this caller, with more than is required. */
    protected static Response start(RequestSpecification caller, UUID provider, Map<String, ?> more) {
        var body = new HashMap<String, Object>(more);
        body.putIfAbsent("provider_id", provider.toString());
        body.putIfAbsent("redirect_uri", Sandbox.CALLBACK);
        return caller.body(body).post("/authorizations/start");
    }

    /** Alice signs in at Entra as {@code email} and completes. */
    protected static Response complete(UUID provider, String email) {
        return Broker.complete(Broker.alice(), Broker.signIn(Broker.start(provider), email));
    }

    /** Alice completes with a code from elsewhere. */
    protected static Response completeWith(UUID provider, String code) {
        String state = at(Broker.start(provider).then().statusCode(200).extract(), "state");
        return Broker.complete(Broker.alice(), Map.of("state", state, "code", code));
    }

    /** Links to Alice what the code stands for; returns the account's id. */
    protected static String link(UUID provider, PlainProvider at, String identity) {
        var completed = completeWith(provider, at.code(identity));
        return at(resolved(completed).then().statusCode(200).extract(), "account.id");
    }

    /** Resolves, as Alice, what is pending. */
    protected static Response resolved(Response completed) {
        completed.then().statusCode(202);
        return Broker.resolve(Broker.alice(), at(completed, "pending_link_id"));
    }

    /** How often FusionAuth was asked to complete. */
    protected static int completes() {
        return sandbox().fusionAuth().count("POST", "/api/identity-provider/login");
    }

    /** The only link of Alice's or anybody's that this account is. */
    protected static Link linkOf(String account) {
        String identity = at(
                Broker.alice()
                        .get("/accounts/{id}", account)
                        .then()
                        .statusCode(200)
                        .extract(),
                "provider_user_id");
        return sandbox().fusionAuth().links().stream()
                .filter(link -> link.identityProviderUserId().equals(identity))
                .findFirst()
                .orElseThrow();
    }

    /** A problem to the letter of the contract, so far as all of them are alike. */
    protected static ValidatableResponse problem(Response answer, int status, String code) {
        assertThat(at(answer, "code") + " " + at(answer, "detail")).startsWith(code + " ");
        return answer.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body(json("type", equalTo("urn:token-broker:problem:" + code)))
                .body(json("status", equalTo(status)))
                .body(json("request_id", equalTo(answer.header("X-Request-Id"))));
    }
}
