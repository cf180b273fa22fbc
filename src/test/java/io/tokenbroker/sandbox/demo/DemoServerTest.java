package io.tokenbroker.sandbox.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.sandbox.wire.HttpStandIn;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemoServerTest {

    private static final String KEY = "tbk_demo_key";
    private static final URI FUSION_AUTH = URI.create("http://localhost:9011");

    private final HttpClient http = HttpClient.newHttpClient();
    private final BrokerDouble broker = new BrokerDouble();
    private final DemoServer demo =
            new DemoServer(0, broker.url(), FUSION_AUTH, broker.url().resolve("/arm/"), "app-1", KEY);

    @BeforeEach
    void start() {
        broker.start();
        demo.start();
    }

    @AfterEach
    void stop() {
        demo.close();
        broker.close();
        http.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html;charset=utf-8",
        "/index.html, text/html;charset=utf-8",
        "/callback?state=s&code=c, text/html;charset=utf-8",
        "/backend.html, text/html;charset=utf-8",
        "/style.css, text/css;charset=utf-8",
        "/favicon.svg, image/svg+xml",
        "/api.js, text/javascript;charset=utf-8",
        "/auth.js, text/javascript;charset=utf-8",
        "/view.js, text/javascript;charset=utf-8",
        "/words.js, text/javascript;charset=utf-8",
        "/app.js, text/javascript;charset=utf-8",
        "/backend.js, text/javascript;charset=utf-8",
        "/config.json, application/json",
    })
    void filesAreServedWithTheirTypeAndAStrictPolicy(String path, String contentType) throws Exception {
        var response = get(path);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "Content-Type")).isEqualTo(contentType);
        assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(response, "Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(header(response, "Content-Security-Policy"))
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .contains("connect-src 'self' %s %s;".formatted(broker.url(), FUSION_AUTH))
                .doesNotContain("unsafe", "*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/backend.html"})
    void pagesHoldNoInlineScriptOrStyle(String path) throws Exception {
        assertThat(get(path).body())
                .doesNotContainPattern("<script(?![^>]* src=)")
                .doesNotContainPattern("<style|\\sstyle=|\\son[a-z]+=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../pom.xml",
                "/demo/../../pom.xml",
                "/%2e%2e/%2e%2e/pom.xml",
                "/..%2f..%2fpom.xml",
                "/..\\pom.xml",
                "//etc/passwd",
                "/demo/index.html",
                "/style.css/",
                "/io/tokenbroker/sandbox/demo/DemoServer.class"
            })
    void onlyTheFilesOfThePageAreServed(String path) throws Exception {
        assertThat(statusOfRaw(path)).isIn(400, 404);
    }

    @Test
    void configurationNamesNoKey() throws Exception {
        var config = new ObjectMapper().readTree(get("/config.json").body());

        assertThat(config.path("broker_url").asText()).isEqualTo(broker.url().toString());
        assertThat(config.path("fusionauth_url").asText()).isEqualTo(FUSION_AUTH.toString());
        assertThat(config.path("application_id").asText()).isEqualTo("app-1");
        assertThat(config.size()).isEqualTo(3);
    }

    @Test
    void backEndAsksWithItsKeyForTheNamedUser() throws Exception {
        broker.answer = Reply.json(200, Map.of("accounts", List.of()));

        var response = get("/backend/accounts?user_id=user%26a%3Db");

        assertThat(response.body()).isEqualTo("{\"accounts\":[]}");
        var asked = broker.requests.remove();
        assertThat(asked.query()).containsExactly(Map.entry("user_id", "user&a=b"));
        assertThat(asked.header("Authorization")).contains("Bearer " + KEY);
    }

    @Test
    void backEndShowsTheStartOfATokenAndItsClaimsOnly() throws Exception {
        var token =
                jwt("{\"aud\":\"https://vault.azure.net\",\"upn\":\"b@contoso.com\",\"exp\":1,\"secret\":\"hidden\"}");
        broker.answer = Reply.json(200, Map.of("access_token", token, "source", "cache"));

        var response =
                mint("{\"account_id\":\"acc-1\",\"resource\":\"https://vault.azure.net\",\"force_refresh\":true}");

        var shown = new ObjectMapper().readTree(response.body());
        assertThat(shown.path("access_token").asText())
                .isEqualTo(token.substring(0, 12) + "… (" + token.length() + " characters)");
        assertThat(shown.path("claims").toString())
                .isEqualTo("{\"aud\":\"https://vault.azure.net\",\"upn\":\"b@contoso.com\",\"exp\":1}");
        assertThat(shown.path("source").asText()).isEqualTo("cache");
        assertThat(response.body()).doesNotContain(token.substring(13));
        var asked = broker.requests.remove();
        assertThat(asked.path()).isEqualTo("/accounts/acc-1/token");
        assertThat(asked.body()).isEqualTo("{\"resource\":\"https://vault.azure.net\",\"force_refresh\":true}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"opaque-token-1", "a.b.c", "short"})
    void tokensThatAreNoJwtAreMaskedToo(String token) throws Exception {
        broker.answer = Reply.json(200, Map.of("access_token", token));

        assertThat(mint("{\"account_id\":\"acc-1\"}").body()).doesNotContain(token, "claims");
    }

    @Test
    void problemsOfTheBrokerPassThrough() throws Exception {
        var problem = "{\"title\":\"Consent is needed\",\"status\":403,\"code\":\"consent_required\"}";
        broker.answer = Reply.of(403, "application/problem+json", problem).with("Retry-After", "7");

        var response = mint("{\"account_id\":\"acc-1\"}");

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(header(response, "Retry-After")).isEqualTo("7");
        assertThat(header(response, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(response.body()).isEqualTo(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"eyJ0b2tlbg", "\"eyJ0b2tlbg\"", "[\"eyJ0b2tlbg\"]", ""})
    void anAnswerThatCannotBeMaskedIsNotShown(String body) throws Exception {
        broker.answer = Reply.of(200, "application/json", body);

        var response = mint("{\"account_id\":\"acc-1\"}");

        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(response.body()).contains("broker_unreadable").doesNotContain("eyJ0b2tlbg");
    }

    @Test
    void anUnreachableBrokerIsAProblem() throws Exception {
        broker.close();

        var response = get("/backend/accounts?user_id=a");

        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(response.body()).contains("broker_unreachable").doesNotContain(KEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{}",
                "{\"account_id\":\"\"}",
                "{\"account_id\":\"..\"}",
                "{\"account_id\":\"../x\"}",
                "{\"account_id\":\"a?b\"}"
            })
    void aMintWithoutAnAccountNeverReachesTheBroker(String body) throws Exception {
        assertThat(mint(body).statusCode()).isEqualTo(400);
        assertThat(broker.requests).isEmpty();
    }

    @Test
    void aChangeThatWantsASecondFactorAsksTheBrokerWithTheChallenge() throws Exception {
        broker.answer = Reply.json(401, Map.of())
                .with("WWW-Authenticate", "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"eyJhIjoxfQ==\"");
        broker.minted = Reply.json(200, Map.of("access_token", "opaque"));

        post("/backend/change", "{\"account_id\":\"acc-1\"}");

        assertThat(broker.requests).extracting(Request::method).containsExactly("POST", "PUT", "POST");
        assertThat(broker.requests.stream()
                        .toList()
                        .getLast()
                        .json()
                        .path("claims")
                        .asText())
                .isEqualTo("{\"a\":1}");
    }

    @Test
    void anotherSitesPageCannotMint() throws Exception {
        var request = HttpRequest.newBuilder(demo.url().resolve("/backend/mint"))
                .header("Sec-Fetch-Site", "cross-site")
                .POST(BodyPublishers.ofString("{\"account_id\":\"acc-1\"}"))
                .build();

        assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
        assertThat(broker.requests).isEmpty();
    }

    @Test
    void otherMethodsAreRefused() throws Exception {
        var response = get("/backend/mint");

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(header(response, "Allow")).isEqualTo("POST");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(demo.url().resolve(path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> mint(String body) throws IOException, InterruptedException {
        return post("/backend/mint", body);
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(demo.url().resolve(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    /** By socket, because an HTTP client tidies such paths before it sends them. */
    private int statusOfRaw(String path) throws IOException {
        try (var socket = new Socket(demo.url().getHost(), demo.url().getPort())) {
            var request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.split(" ", 3)[1]);
        }
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static String jwt(String payload) {
        var encoder = Base64.getUrlEncoder().withoutPadding();
        return encoder.encodeToString("{\"alg\":\"RS256\"}".getBytes(StandardCharsets.UTF_8))
                + "." + encoder.encodeToString(payload.getBytes(StandardCharsets.UTF_8))
                + "." + "c2lnbmF0dXJl".repeat(20);
    }

    /** Answers what the test says, and remembers what it was asked. */
    private static final class BrokerDouble extends HttpStandIn {

        private final ConcurrentLinkedQueue<Request> requests = new ConcurrentLinkedQueue<>();
        private volatile Reply answer = Reply.json(200, Map.of());

        /** For mints, where they are answered in another way. */
        private volatile @Nullable Reply minted;

        BrokerDouble() {
            super(0);
        }

        @Override
        protected Reply answer(Request request) {
            requests.add(request);
            var ofMints = minted;
            return ofMints != null && request.path().endsWith("/token") ? ofMints : answer;
        }
    }
}
