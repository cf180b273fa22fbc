package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** {@code /api/identity-provider/link}: read, create, delete. There is no way to change a link. */
final class FusionAuthLinkApi {

    static final String PATH = "/api/identity-provider/link";

    private final State state;
    private final LinkCreation creation;

    FusionAuthLinkApi(State state) {
        this.state = state;
        creation = new LinkCreation(state);
    }

    Reply answer(Request request) {
        return switch (request.method()) {
            case "GET" -> read(request, state.access.authorize(request, PATH));
            case "POST" -> creation.create(request.json(), state.access.authorize(request, PATH));
            case "DELETE" -> delete(request, state.access.authorize(request, PATH));
            default -> Reply.empty(405);
        };
    }

    private Reply read(Request request, Access.Caller caller) {
        var providerId = uuid(request, "identityProviderId");
        var userId = uuid(request, "userId");
        var user = userId.flatMap(state.users::find);
        var tenant = state.access.tenant(caller, user);
        var identity = Optional.ofNullable(request.query().get("identityProviderUserId"));
        if (identity.isPresent()) {
            return providerId.isEmpty()
                    ? Errors.field(400, "missing", "identityProviderId")
                    : one(new Links.Key(tenant, providerId.get(), identity.get()), userId);
        }
        if (userId.isEmpty()) {
            return Errors.field(400, "missing", "userId");
        }
        if (user.filter(found -> found.tenantId().equals(tenant)).isEmpty()) {
            return switch (state.switches.get(Unknown.UnknownUser.class)) {
                case EMPTY_404 -> Reply.empty(404);
                case EMPTY_LIST -> Reply.json(200, Map.of("identityProviderLinks", List.of()));
                case ERRORS_400 -> Errors.field(400, "invalid", "userId");
            };
        }
        return list(state.links.of(tenant, userId.get(), providerId.orElse(null)));
    }

    private Reply one(Links.Key key, Optional<UUID> userId) {
        return state.links
                .find(key)
                .filter(link -> userId.map(link.userId()::equals).orElse(true))
                .map(this::single)
                .orElseGet(() -> Reply.empty(404));
    }

    private Reply list(List<Link> links) {
        if (links.isEmpty()) {
            return switch (state.switches.get(Unknown.NoLinks.class)) {
                case EMPTY_LIST -> Reply.json(200, Map.of("identityProviderLinks", List.of()));
                case MEMBER_ABSENT -> Reply.json(200, Map.of());
                case EMPTY_404 -> Reply.empty(404);
            };
        }
        return Reply.json(
                200,
                Map.of("identityProviderLinks", links.stream().map(this::json).toList()));
    }

    private Reply delete(Request request, Access.Caller caller) {
        for (var name : List.of("identityProviderId", "identityProviderUserId", "userId")) {
            if (request.query().getOrDefault(name, "").isBlank()) {
                return Errors.field(400, "missing", name);
            }
        }
        var userId = uuid(request, "userId").orElseThrow();
        var user = state.users.find(userId);
        user.ifPresent(owner -> refuseWriteFor(owner, state, "userId"));
        var tenant = state.access.tenant(caller, user);
        var key = new Links.Key(
                tenant,
                uuid(request, "identityProviderId").orElseThrow(),
                request.query().getOrDefault("identityProviderUserId", ""));
        var removed = state.links.remove(key, userId);
        removed.ifPresent(link -> state.webhooks.deliver(state.webhooks.ofLink("user.identity-provider.unlink", link)));
        return removed.map(link -> switch (state.switches.get(Unknown.DeleteBody.class)) {
                    case NONE -> Reply.empty(200);
                    case LINK -> single(link);
                })
                .orElseGet(() -> Reply.empty(404));
    }

    /** Links of a user who is not active can be read, but neither made nor deleted. */
    static void refuseWriteFor(User user, State state, String field) {
        if (!user.active()) {
            switch (state.switches.get(Unknown.InactiveUserWrite.class)) {
                case REFUSED_400 -> throw new Refusal(Errors.field(400, "invalid", field));
                case REFUSED_404 -> throw new Refusal(Reply.empty(404));
                case ALLOWED -> {}
            }
        }
    }

    private Reply single(Link link) {
        return Reply.json(200, Map.of("identityProviderLink", json(link)));
    }

    private ObjectNode json(Link link) {
        var json = link.json(state.providers.find(link.identityProviderId()).orElse(null));
        if (state.switches.get(Unknown.LinkInstants.class) == Unknown.LinkInstants.OMITTED) {
            json.remove(List.of("insertInstant", "lastLoginInstant"));
        }
        return json;
    }

    private static Optional<UUID> uuid(Request request, String name) {
        var text = request.query().get(name);
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(Json.uuid(text).orElseThrow(() -> new Refusal(Errors.field(400, "couldNotConvert", name))));
    }
}
