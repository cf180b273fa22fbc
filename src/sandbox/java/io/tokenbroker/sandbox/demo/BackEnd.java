package io.tokenbroker.sandbox.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An application's back end: it asks the broker with its own key and passes the answer on, tokens masked. */
final class BackEnd {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Account ids are opaque but URL-safe; anything else could name another path of the broker. */
    private static final Pattern ACCOUNT_ID = Pattern.compile("[\\w~-][\\w.~-]*");

    private static final String ARM = "https://management.azure.com";
    private static final Pattern CHALLENGE = Pattern.compile("error=\"insufficient_claims\", claims=\"([^\"]+)\"");
    private static final List<String> PASSED_ON = List.of("Content-Type", "Retry-After");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI broker;
    private final URI resourceManager;
    private final String key;

    BackEnd(URI broker, URI resourceManager, String key) {
        this.broker = broker;
        this.resourceManager = resourceManager;
        this.key = key;
    }

    Reply accounts(Request request) {
        var userId = request.query().getOrDefault("user_id", "");
        if (userId.isBlank()) {
            return Problems.reply(400, "invalid_request", "user_id is missing.");
        }
        return ask(to("/accounts?user_id=" + URLEncoder.encode(userId, StandardCharsets.UTF_8))
                .GET());
    }

    Reply mint(Request request) {
        return about(request, this::mint);
    }

    /**
     * Changes something in Azure on behalf of an account. Azure wants a second factor for that; what it challenges with goes
     * to the broker, whose refusal says what the person is to be asked.
     */
    Reply change(Request request) {
        return about(request, (accountId, asked) -> {
            var token = send(mintOf(accountId, JSON.createObjectNode().put("resource", ARM)));
            if (token.statusCode() != 200) {
                return masked(token);
            }
            var changed = send(changeBy(token));
            var challenge = claims(changed);
            return challenge.isPresent()
                    ? masked(send(mintOf(
                            accountId,
                            JSON.createObjectNode().put("resource", ARM).put("claims", challenge.get()))))
                    : Reply.json(changed.statusCode(), Map.of("changed", changed.statusCode() == 200));
        });
    }

    private HttpRequest.Builder changeBy(HttpResponse<String> minted) throws IOException {
        return HttpRequest.newBuilder(resourceManager.resolve("subscriptions/demo/tags/default"))
                .timeout(Duration.ofSeconds(10))
                .header(
                        "Authorization",
                        "Bearer "
                                + JSON.readTree(minted.body())
                                        .path("access_token")
                                        .asText())
                .PUT(BodyPublishers.ofString("{}"));
    }

    /** The claims of a challenge (RFC 6750 §3, and Entra's own parameter). */
    private static Optional<String> claims(HttpResponse<String> refused) {
        return refused.headers()
                .firstValue("WWW-Authenticate")
                .map(CHALLENGE::matcher)
                .filter(Matcher::find)
                .map(found -> new String(Base64.getDecoder().decode(found.group(1)), StandardCharsets.UTF_8));
    }

    private static Reply about(Request request, Work work) {
        JsonNode asked;
        try {
            asked = request.json();
        } catch (UncheckedIOException notJson) {
            return Problems.reply(400, "invalid_request", "The body is not JSON.");
        }
        var accountId = asked.path("account_id").asText();
        if (!ACCOUNT_ID.matcher(accountId).matches()) {
            return Problems.reply(400, "invalid_request", "account_id is missing or not an account id.");
        }
        try {
            return work.reply(accountId, asked);
        } catch (IOException e) {
            return Problems.reply(502, "broker_unreachable", "The back end got no answer from the broker.");
        }
    }

    private Reply mint(String accountId, JsonNode asked) throws IOException {
        var body = JSON.createObjectNode();
        if (!asked.path("resource").asText().isBlank()) {
            body.put("resource", asked.path("resource").asText());
        }
        body.put("force_refresh", asked.path("force_refresh").asBoolean(false));
        return masked(send(mintOf(accountId, body)));
    }

    private HttpRequest.Builder mintOf(String accountId, ObjectNode body) {
        return to("/accounts/" + accountId + "/token")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()));
    }

    private HttpRequest.Builder to(String pathAndQuery) {
        return HttpRequest.newBuilder(URI.create(broker + pathAndQuery))
                .timeout(Duration.ofSeconds(40))
                .header("Authorization", "Bearer " + key)
                .header("Accept", "application/json");
    }

    private Reply ask(HttpRequest.Builder request) {
        try {
            return masked(send(request));
        } catch (IOException e) {
            return Problems.reply(502, "broker_unreachable", "The back end got no answer from the broker.");
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while it waited");
        }
    }

    @FunctionalInterface
    private interface Work {
        Reply reply(String accountId, JsonNode asked) throws IOException;
    }

    /** A body that is not a JSON object is dropped: what cannot be read cannot be masked. */
    private static Reply masked(HttpResponse<String> response) {
        try {
            if (JSON.readTree(response.body()) instanceof ObjectNode answer) {
                TokenMask.apply(answer);
                var reply = Reply.json(response.statusCode(), answer);
                for (var name : PASSED_ON) {
                    var value = response.headers().firstValue(name);
                    reply = value.isPresent() ? reply.with(name, value.get()) : reply;
                }
                return reply;
            }
        } catch (JsonProcessingException notJson) {
            return unreadable(response.statusCode());
        }
        return unreadable(response.statusCode());
    }

    private static Reply unreadable(int status) {
        return Problems.reply(502, "broker_unreadable", "The broker answered " + status + " without a JSON object.");
    }
}
