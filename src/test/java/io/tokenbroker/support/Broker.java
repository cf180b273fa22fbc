package io.tokenbroker.support;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.at;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The broker as its callers see it: HTTP, in the contract's words. */
public final class Broker {

    /** Of each user, at each time that a test has set: to sign one takes longer than most calls do. */
    private static final Map<Map.Entry<UUID, Duration>, String> TOKENS = new ConcurrentHashMap<>();

    private Broker() {}

    static void forgetTokens() {
        TOKENS.clear();
    }

    /** A request of the signed-in Alice. */
    public static RequestSpecification alice() {
        return user(FusionAuthStandIn.ALICE_ID);
    }

    /** A request of this FusionAuth user. */
    public static RequestSpecification user(UUID id) {
        return bearer(TOKENS.computeIfAbsent(
                Map.entry(id, TestTime.ahead()),
                key -> SandboxResource.sandbox().fusionAuth().accessToken(id)));
    }

    /** A request of the back end {@code demo}. */
    public static RequestSpecification client() {
        return bearer(Sandbox.DEMO_KEY);
    }

    public static RequestSpecification bearer(String credential) {
        return given().header("Authorization", "Bearer " + credential).contentType("application/json");
    }

    /** Start, as Alice. */
    public static Response start(UUID provider) {
        return start(alice(), provider);
    }

    /** Start, by this caller. */
    public static Response start(RequestSpecification caller, UUID provider) {
        return caller.body(Map.of("provider_id", provider.toString(), "redirect_uri", Sandbox.CALLBACK))
                .post("/authorizations/start");
    }

    /** What the browser brings back after {@code email} signed in at Entra. */
    public static Map<String, String> signIn(Response started, String email) {
        return query(SandboxResource.sandbox().entra().signIn(at(started, "authorize_url"), email));
    }

    /** Complete, by this caller, with what came back. */
    public static Response complete(RequestSpecification caller, Map<String, String> callback) {
        var body = new HashMap<>(callback);
        body.keySet().retainAll(Set.of("state", "code", "iss", "error", "error_description"));
        return caller.body(body).post("/authorizations/complete");
    }

    /** Resolve, by this caller. */
    public static Response resolve(RequestSpecification caller, String pendingLinkId) {
        return caller.body(Map.of("pending_link_id", pendingLinkId)).post("/authorizations/resolve");
    }

    /** Links the account of {@code email} to Alice by the whole flow and returns its id. */
    public static String link(UUID provider, String email) {
        return link(FusionAuthStandIn.ALICE_ID, provider, email);
    }

    /** Links it to this FusionAuth user. */
    public static String link(UUID user, UUID provider, String email) {
        var completed = complete(user(user), signIn(start(user(user), provider), email));
        var linked = completed.statusCode() == 202 ? resolve(user(user), at(completed, "pending_link_id")) : completed;
        return at(linked.then().statusCode(200).extract(), "account.id");
    }

    /** Mint, by the client {@code demo}. */
    public static Response mint(String account, Map<String, ?> body) {
        return client().body(body).post("/accounts/{id}/token", account);
    }

    /** The parameters of a redirect. */
    public static Map<String, String> query(URI redirect) {
        var parameters = new HashMap<String, String>();
        Arrays.stream(redirect.getRawQuery().split("&", -1)).forEach(pair -> {
            var equals = pair.indexOf('=');
            parameters.put(
                    pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        });
        return parameters;
    }
}
