package io.tokenbroker.sandbox.entra;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.StreamSupport;

/** The control API below {@code /_sandbox}; the package's description lists it. */
final class Control {

    static final String PATH = "/_sandbox/";

    private final EntraStandIn entra;
    private final StateSnapshot snapshot;

    Control(EntraStandIn entra) {
        this.entra = entra;
        this.snapshot = new StateSnapshot(entra);
    }

    Reply answer(Request request) {
        var what = request.path().substring(PATH.length());
        try {
            return what.startsWith("users/")
                    ? user(request.method(), what.split("/", -1), request)
                    : rest(request.method() + " " + what, request);
        } catch (NoSuchElementException | IllegalArgumentException | DateTimeParseException mistake) {
            return Reply.json(400, Map.of("error", String.valueOf(mistake.getMessage())));
        }
    }

    private Reply rest(String what, Request request) {
        return switch (what) {
            case "GET state" -> Reply.json(200, snapshot.all());
            case "GET counters" -> Reply.json(200, snapshot.counters());
            case "GET requests" -> Reply.json(200, snapshot.requests());
            case "POST introspect" ->
                Reply.json(200, StateSnapshot.introspection(entra.introspect(text(request.json(), "token"))));
            case "POST faults" -> done(() -> entra.faults().add(fault(request.json())));
            case "DELETE faults" -> done(() -> entra.faults().clear());
            case "POST clock" -> done(() -> entra.clock().advance(Duration.parse(text(request.json(), "advance"))));
            case "POST users" -> done(() -> addUsers(request.json()));
            case "POST consents" -> done(() -> grant(request.json()));
            case "POST policies" -> done(() -> requireSecondFactor(request.json()));
            case "DELETE consents" -> done(() -> withdraw(request.json()));
            case "POST app/secrets" -> Reply.json(200, Map.of("secret", secret(request.json())));
            case "POST app/secrets/expire" -> done(() -> entra.app().expireSecrets());
            case "POST app/redirect-uris" -> done(() -> entra.app().addRedirectUri(text(request.json(), "uri")));
            case "POST switches" -> done(() -> turn(request.json()));
            case "POST reset" -> done(entra::reset);
            default -> Reply.json(404, Map.of("error", "There is no " + what));
        };
    }

    private Reply user(String method, String[] path, Request request) {
        var email = path[1];
        var directory = entra.directory();
        var what = method + " " + (path.length > 2 ? path[2] : "");
        return switch (what) {
            case "POST revoke" -> done(() -> directory.revokeSessions(email));
            case "POST disable" -> done(() -> directory.disable(email));
            case "POST enable" -> done(() -> directory.enable(email));
            case "POST invite" -> done(() -> directory.invite(email, tenant(request.json())));
            case "DELETE " -> done(() -> directory.delete(email));
            default -> Reply.json(404, Map.of("error", "There is no " + what));
        };
    }

    private static EntraFault fault(JsonNode json) {
        var kind = text(json, "kind").toUpperCase(Locale.ROOT).replace('-', '_');
        var fault = new EntraFault(
                EntraFault.Kind.valueOf(kind),
                json.path("value").asText(""),
                json.path("user").asText(EntraFault.ANY),
                json.path("resource").asText(EntraFault.ANY),
                json.path("tenant").asText(EntraFault.ANY),
                json.path("grant").asText(EntraFault.ANY),
                json.path("times").asInt(0));
        // A number the catalogue lacks is told now, not by a broken answer later.
        if (fault.kind() == EntraFault.Kind.AADSTS) {
            EntraFault.aadsts(Integer.parseInt(fault.value()));
        }
        return fault;
    }

    private void addUsers(JsonNode json) {
        if (json.has("perTenant")) {
            entra.directory().addGenerated(json.path("perTenant").asInt());
        } else {
            entra.directory().add(text(json, "email"), text(json, "name"), tenant(json));
        }
    }

    private void grant(JsonNode json) {
        var scopes = StreamSupport.stream(json.path("scopes").spliterator(), false)
                .map(JsonNode::asText)
                .toArray(String[]::new);
        entra.consents().grant(text(json, "user"), text(json, "resource"), scopes);
    }

    private void requireSecondFactor(JsonNode json) {
        entra.policies().requireSecondFactor(text(json, "user"), text(json, "resource"));
    }

    private void withdraw(JsonNode json) {
        entra.consents().withdraw(text(json, "user"), text(json, "resource"));
    }

    private String secret(JsonNode json) {
        var app = entra.app();
        if (json.path("replace").asBoolean()) {
            return app.replaceSecrets();
        }
        app.addSecret(text(json, "value"), Duration.parse(json.path("expiresIn").asText("P180D")));
        return app.secret();
    }

    private void turn(JsonNode json) {
        var switches = entra.switches();
        json.properties().forEach(property -> {
            var on = property.getValue().asBoolean();
            switch (property.getKey()) {
                case "issuerInRedirect" -> switches.issuerInRedirect(on);
                case "singleUseRefreshTokens" -> switches.singleUseRefreshTokens(on);
                case "armChallenge" -> switches.armChallenge(on);
                default -> throw new NoSuchElementException("No switch " + property.getKey());
            }
        });
    }

    private static Tenant tenant(JsonNode json) {
        var name = text(json, "tenant");
        return Tenant.find(name).orElseThrow(() -> new NoSuchElementException("No tenant " + name));
    }

    private static String text(JsonNode json, String name) {
        var value = json.path(name).asText("");
        if (value.isEmpty()) {
            throw new NoSuchElementException("Say " + name);
        }
        return value;
    }

    private static Reply done(Runnable deed) {
        deed.run();
        return Reply.empty(204);
    }
}
