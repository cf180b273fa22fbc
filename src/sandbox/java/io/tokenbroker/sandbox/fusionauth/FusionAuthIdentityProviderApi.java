package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code /api/identity-provider}: the secrets of the clients are part of every answer. A key of one tenant sees only
 * the providers of that tenant, never the global ones.
 */
final class FusionAuthIdentityProviderApi {

    static final String PATH = "/api/identity-provider";
    static final String SEARCH = PATH + "/search";

    private final State state;

    FusionAuthIdentityProviderApi(State state) {
        this.state = state;
    }

    Reply answer(Request request) {
        if (request.path().equals(SEARCH)) {
            return search(request, state.access.authorize(request, SEARCH));
        }
        var caller = state.access.authorize(request, PATH);
        var rest = request.path().substring(PATH.length());
        if (rest.isEmpty() || rest.equals("/")) {
            return switch (request.method()) {
                case "GET" -> list(request, caller);
                case "POST" -> save(UUID.randomUUID(), body(request));
                default -> Reply.empty(405);
            };
        }
        return Json.uuid(rest.substring(1)).map(id -> one(request, caller, id)).orElseGet(() -> Reply.empty(404));
    }

    private Reply one(Request request, Access.Caller caller, UUID id) {
        if (request.method().equals("POST")) {
            return state.providers.find(id).isPresent()
                    ? Errors.field(400, "duplicate", "identityProviderId")
                    : save(id, body(request));
        }
        var found = state.providers.find(id).filter(provider -> visible(provider, caller));
        if (found.isEmpty()) {
            return Reply.empty(404);
        }
        return switch (request.method()) {
            case "GET" -> shown(found.get());
            case "PUT" -> save(id, body(request));
            case "PATCH" -> save(id, Json.merge(found.get().json(), body(request)));
            case "DELETE" -> {
                state.providers.remove(id);
                yield Reply.empty(200);
            }
            default -> Reply.empty(405);
        };
    }

    private Reply list(Request request, Access.Caller caller) {
        var type = Optional.ofNullable(request.query().get("type"));
        var found = state.providers.all().stream()
                .filter(provider -> visible(provider, caller))
                .filter(provider -> type.map(provider.type()::equals).orElse(true))
                .map(IdentityProvider::json)
                .toList();
        return Reply.json(200, Map.of("identityProviders", found));
    }

    private Reply search(Request request, Access.Caller caller) {
        var search = request.body().isBlank() ? Json.object() : request.json().path("search");
        var type = Json.text(search, "type");
        var name = Json.text(search, "name");
        var application = Json.text(search, "applicationId");
        var tenant = Json.uuid(search, "tenantId");
        var found = state.providers.all().stream()
                .filter(provider -> visible(provider, caller))
                .filter(provider -> type.map(provider.type()::equals).orElse(true))
                .filter(provider -> name.map(provider.name()::contains).orElse(true))
                .filter(provider -> tenant.isEmpty() || provider.tenant().equals(tenant))
                .filter(provider -> application
                        .map(id -> provider.json()
                                .path("applicationConfiguration")
                                .path(id)
                                .path("enabled")
                                .asBoolean())
                        .orElse(true))
                .map(IdentityProvider::json)
                .toList();
        var start = Math.min(search.path("startRow").asInt(0), found.size());
        var end = Math.min(start + search.path("numberOfResults").asInt(25), found.size());
        return Reply.json(200, Map.of("identityProviders", found.subList(start, end), "total", found.size()));
    }

    private Reply save(UUID id, ObjectNode json) {
        for (var field : List.of("type", "name")) {
            if (Json.text(json, field).isEmpty()) {
                return Errors.field(400, "blank", "identityProvider." + field);
            }
        }
        var provider = new IdentityProvider(json.deepCopy().put("id", id.toString()));
        if (!state.discovery.acceptsAtSave(provider)) {
            return Errors.field(400, "invalid", "identityProvider.oauth2.issuer");
        }
        return shown(state.providers.put(provider));
    }

    private static boolean visible(IdentityProvider provider, Access.Caller caller) {
        return !caller.isTenantScoped()
                || provider.tenant()
                        .map(tenant -> Objects.equals(caller.keyTenant(), tenant))
                        .orElse(false);
    }

    private static ObjectNode body(Request request) {
        if (request.json().path("identityProvider") instanceof ObjectNode json) {
            return json;
        }
        throw new Refusal(Errors.field(400, "missing", "identityProvider"));
    }

    private static Reply shown(IdentityProvider provider) {
        return Reply.json(200, Map.of("identityProvider", provider.json()));
    }
}
