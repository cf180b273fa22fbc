package io.tokenbroker.floods;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What one caller floods.
 *
 * @param status of an answer to what its rate lets pass; another would mean that something else is measured
 * @param next the next request of a connection
 */
record Flood(String name, int status, Supplier<Call> next) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String ARM = "https://management.azure.com";
    private static final String OF_ARM = "{\"resource\":\"%s\"}".formatted(ARM);
    private static final Pattern CODE = Pattern.compile("[?&](code|state)=([^&]+)");

    static List<Flood> all(World world) {
        var user = world.floodToken();
        var key = World.FLOOD_KEY;
        var own = world.floodAccounts().getFirst();
        var resolved = resolvable(world, user);
        return List.of(
                new Flood("mint, cached", 200, () -> Call.mint(own, key, OF_ARM)),
                new Flood("mint, uncached", 200, () -> Call.mint(any(world), key, forced())),
                new Flood("mint with ever new claims", 200, () -> Call.mint(any(world), key, challenge())),
                new Flood("mint of unknown accounts", 404, () -> Call.mint(unknown(), key, OF_ARM)),
                new Flood("batch of 50, uncached", 200, () -> Call.post("/tokens", key, batch(world))),
                new Flood(
                        "token exchange",
                        200,
                        () -> Call.form("/accounts/%s/oauth2/token".formatted(own), key, exchange(user))),
                new Flood(
                        "managed identity",
                        200,
                        () -> Call.get(
                                "/msi/token?api-version=2019-08-01&resource=%s&client_id=%s".formatted(ARM, own), key)),
                new Flood(
                        "azd",
                        200,
                        () -> Call.post(
                                "/azd/token?api-version=2023-07-12-preview",
                                key,
                                "{\"scopes\":[\"%s/.default\"]}".formatted(ARM))),
                new Flood("explain", 200, () -> Call.post("/policy/explain", key, wanted(any(world), ""))),
                new Flood(
                        "explain of unknown accounts",
                        404,
                        () -> Call.post("/policy/explain", key, wanted(unknown(), ""))),
                new Flood("list, by a client", 200, () -> Call.get("/accounts?user_id=" + world.floodUser(), key)),
                new Flood("list, by a user", 200, () -> Call.get("/accounts", user)),
                new Flood("read, by a user", 200, () -> Call.get("/accounts/" + own, user)),
                new Flood("providers", 200, () -> Call.get("/providers", user)),
                new Flood("start", 200, () -> start(user)),
                new Flood("complete with a made-up code", 400, () -> complete(world, user)),
                new Flood("resolve", 200, () -> Call.post("/authorizations/resolve", user, resolved)),
                new Flood("wrong keys", 401, () -> Call.mint(own, "tbk_flood_" + "x".repeat(43), OF_ARM)));
    }

    private static String any(World world) {
        var accounts = world.floodAccounts();
        return accounts.get(ThreadLocalRandom.current().nextInt(accounts.size()));
    }

    private static String unknown() {
        return new AccountId(
                        Sandbox.CONTOSO, "nobody-" + ThreadLocalRandom.current().nextLong())
                .toString();
    }

    private static String forced() {
        return "{\"resource\":\"%s\",\"force_refresh\":true}".formatted(ARM);
    }

    private static String challenge() {
        var claims = "{\\\"access_token\\\":{\\\"nbf\\\":{\\\"value\\\":\\\"%d\\\"}}}"
                .formatted(ThreadLocalRandom.current().nextLong());
        return "{\"resource\":\"%s\",\"claims\":\"%s\"}".formatted(ARM, claims);
    }

    private static String wanted(String account, String more) {
        return "{\"account_id\":\"%s\",\"resource\":\"%s\"%s}".formatted(account, ARM, more);
    }

    private static String batch(World world) {
        return IntStream.range(0, 50)
                .mapToObj(i -> wanted(any(world), ",\"force_refresh\":true"))
                .collect(Collectors.joining(",", "{\"requests\":[", "]}"));
    }

    private static String exchange(String subject) {
        return "grant_type=%s&subject_token=%s&subject_token_type=%s&resource=%s"
                .formatted(
                        encoded("urn:ietf:params:oauth:grant-type:token-exchange"),
                        encoded(subject),
                        encoded("urn:ietf:params:oauth:token-type:access_token"),
                        encoded(ARM));
    }

    private static Call start(String user) {
        return Call.post(
                "/authorizations/start",
                user,
                "{\"provider_id\":\"%s\",\"redirect_uri\":\"%s\"}".formatted(Sandbox.CONTOSO, Sandbox.CALLBACK));
    }

    /** Each state can be completed once. */
    private static Call complete(World world, String user) {
        var state = started(world, user).path("state").asText("none-left");
        return Call.post("/authorizations/complete", user, "{\"state\":\"%s\",\"code\":\"made-up\"}".formatted(state));
    }

    private static JsonNode started(World world, String user) {
        return answer(world, start(user));
    }

    /** A pending link that has been resolved, and may be again: the same answer, by the same reads. */
    private static String resolvable(World world, String user) {
        var back = world.sandbox()
                .entra()
                .signIn(started(world, user).path("authorize_url").asText(), world.newcomer());
        var parameters = CODE.matcher(back.toString())
                .results()
                .collect(Collectors.toMap(
                        found -> found.group(1), found -> URLDecoder.decode(found.group(2), StandardCharsets.UTF_8)));
        var completed = answer(
                world,
                Call.post(
                        "/authorizations/complete",
                        user,
                        "{\"state\":\"%s\",\"code\":\"%s\"}"
                                .formatted(parameters.get("state"), parameters.get("code"))));
        var body = "{\"pending_link_id\":\"%s\"}"
                .formatted(completed.path("pending_link_id").asText());
        answer(world, Call.post("/authorizations/resolve", user, body));
        return body;
    }

    private static JsonNode answer(World world, Call call) {
        try {
            return JSON.readTree(call.send(HTTP, world.broker()).orElseThrow().body());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
