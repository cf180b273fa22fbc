package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.net.URI;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.UUID;

/** {@code /_sandbox/…}: what a test does in Java, for those who are outside. Needs no key and shows no secret. */
final class Control {

    static final String PATH = "/_sandbox/";

    private final FusionAuthStandIn standIn;
    private final State state;
    private final Snapshot snapshot;

    Control(FusionAuthStandIn standIn, State state) {
        this.standIn = standIn;
        this.state = state;
        snapshot = new Snapshot(state);
    }

    Reply answer(Request request) {
        try {
            return route(request, request.body().isBlank() ? Json.object() : request.json());
        } catch (IllegalArgumentException | NoSuchElementException | DateTimeParseException wrong) {
            return Reply.json(400, Map.of("error", String.valueOf(wrong.getMessage())));
        }
    }

    private Reply route(Request request, JsonNode body) {
        return switch (request.method() + " " + request.path().substring(PATH.length())) {
            case "GET state" -> Reply.json(200, snapshot.take());
            case "GET switches" -> Reply.json(200, state.switches.describe());
            case "POST switches", "PUT switches", "PATCH switches" -> {
                body.properties()
                        .forEach(one ->
                                state.switches.set(one.getKey(), one.getValue().asText()));
                yield Reply.json(200, state.switches.describe());
            }
            case "POST faults" -> done(() -> state.faults.add(fault(body)));
            case "DELETE faults" -> done(state.faults::clear);
            case "POST clock" -> {
                state.clock.advance(Duration.parse(required(body, "advance")));
                yield Reply.json(200, Map.of("now", state.now().toString()));
            }
            case "POST keys/rotate" -> done(() -> rotate(body));
            case "POST keys/outage" ->
                done(() -> state.signingKeys.outage(body.path("down").asBoolean()));
            case "POST tokens" -> Reply.json(200, Map.of("token", token(body)));
            case "POST providers" -> Reply.json(200, Map.of("id", provider(body)));
            case "POST users" -> Reply.json(200, Map.of("id", user(body)));
            case "POST users/activate" -> told(standIn.activate(userId(body), true));
            case "POST users/deactivate" -> told(standIn.activate(userId(body), false));
            case "POST users/unregister" -> told(standIn.unregister(userId(body)));
            case "POST webhooks" ->
                done(() -> state.webhooks.to(
                        Json.text(body, "url").map(URI::create).orElse(null)));
            case "POST links" -> done(() -> link(body));
            case "DELETE links" ->
                done(() -> standIn.removeLink(
                        UUID.fromString(request.query().getOrDefault("identityProviderId", "")),
                        request.query().getOrDefault("identityProviderUserId", "")));
            case "POST redirects" -> done(() -> standIn.allowRedirect(required(body, "uri")));
            case "POST reset" -> done(standIn::reset);
            default -> Reply.empty(404);
        };
    }

    private void rotate(JsonNode body) {
        state.signingKeys.rotate(Json.text(body, "algorithm").orElse("RS256"));
        if (body.path("drop_old").asBoolean()) {
            state.signingKeys.dropOld();
        }
    }

    /** By the enum's name, or that in lower case with hyphens. */
    private static FusionAuthFault.Kind kind(String name) {
        return FusionAuthFault.Kind.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private static FusionAuthFault fault(JsonNode body) {
        var fault = FusionAuthFault.of(kind(required(body, "kind")))
                .on(
                        Json.text(body, "method").orElse("*"),
                        Json.text(body, "path").orElse("*"))
                .forIdentity(Json.text(body, "identity_prefix").orElse(""))
                .times(body.path("times").asInt())
                .lasting(Duration.ofMillis(body.path("delay_millis").asLong(1000)))
                .retryAfter(body.path("retry_after").asInt());
        return body.path("after_commit").asBoolean() ? fault.onceCommitted() : fault;
    }

    /** {@code claims} are merged into the good ones, {@code null} leaves one out. */
    private String token(JsonNode body) {
        var userId = Json.uuid(body, "user_id").orElse(FusionAuthStandIn.ALICE_ID);
        return standIn.issueToken(userId, recipe -> {
            body.path("claims").properties().forEach(claim -> {
                if (claim.getValue().isNull()) {
                    recipe.without(claim.getKey());
                } else {
                    recipe.claim(claim.getKey(), Json.value(claim.getValue()));
                }
            });
            Json.text(body, "algorithm").ifPresent(recipe::algorithm);
            if (body.path("unknown_key").asBoolean()) {
                recipe.unknownKey();
            }
            if (body.path("id_token").asBoolean()) {
                recipe.idToken();
            }
        });
    }

    private String provider(JsonNode body) {
        if (body instanceof ObjectNode json) {
            var id = Json.uuid(json, "id").orElseGet(UUID::randomUUID);
            return standIn.addProvider(new IdentityProvider(json.put("id", id.toString())))
                    .id()
                    .toString();
        }
        throw new IllegalArgumentException("A provider is an object");
    }

    private String user(JsonNode body) {
        return standIn.addUser(
                        required(body, "email"), Json.text(body, "display_name").orElse(required(body, "email")))
                .id()
                .toString();
    }

    private void link(JsonNode body) {
        var identity = required(body, "identityProviderUserId");
        standIn.addLink(
                UUID.fromString(required(body, "userId")),
                UUID.fromString(required(body, "identityProviderId")),
                identity,
                Json.text(body, "displayName").orElse(identity),
                Json.text(body, "token").orElse(null));
    }

    private static UUID userId(JsonNode body) {
        return UUID.fromString(required(body, "id"));
    }

    /** As FusionAuth answers when a webhook's receiver does not agree, and nothing was done. */
    private static Reply told(boolean done) {
        return done ? Reply.empty(204) : Errors.general(504, "[WebhookTransactionException]");
    }

    private static String required(JsonNode body, String member) {
        return Json.text(body, member).orElseThrow(() -> new IllegalArgumentException("Missing: " + member));
    }

    private static Reply done(Runnable action) {
        action.run();
        return Reply.empty(204);
    }
}
