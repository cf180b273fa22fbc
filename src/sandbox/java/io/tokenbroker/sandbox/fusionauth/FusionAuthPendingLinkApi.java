package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/identity-provider/link/pending/{id}}: who waits there, without the token. */
final class FusionAuthPendingLinkApi {

    static final String PATH = "/api/identity-provider/link/pending";

    private final State state;

    FusionAuthPendingLinkApi(State state) {
        this.state = state;
    }

    Reply answer(Request request) {
        if (!request.method().equals("GET")) {
            return Reply.empty(405);
        }
        var caller = state.access.authorize(request, PATH);
        var user = Optional.ofNullable(request.query().get("userId"))
                .flatMap(Json::uuid)
                .flatMap(state.users::find);
        var tenant = state.access.tenant(caller, user);
        var id = request.path().substring(PATH.length() + 1);
        Secrets.note(id);
        return state.pendingLinks
                .find(id)
                .filter(pending -> pending.tenantId().equals(tenant))
                .map(pending -> shown(pending, user))
                .orElseGet(() -> switch (state.switches.get(Unknown.PendingGoneRead.class)) {
                    case EMPTY_404 -> Reply.empty(404);
                    case ERRORS_400 -> Errors.general(400, "[InvalidPendingIdPLinkId]");
                });
    }

    private Reply shown(PendingLink pending, Optional<User> user) {
        var identity = pending.identity();
        var json = Json.object();
        var link = json.putObject("pendingIdPLink");
        link.put("identityProviderId", pending.identityProviderId().toString());
        link.put("identityProviderUserId", identity.id());
        putIfPresent(link, "displayName", identity.displayName());
        putIfPresent(link, "email", identity.email());
        putIfPresent(link, "username", identity.username());
        state.providers.find(pending.identityProviderId()).ifPresent(provider -> {
            link.put("identityProviderName", provider.name()).put("identityProviderType", provider.type());
            var policy = provider.tenantPolicy(pending.tenantId());
            if (policy.isObject()) {
                json.set("identityProviderTenantConfiguration", policy);
            }
        });
        user.ifPresent(one -> json.put(
                "linkCount",
                state.links
                        .of(pending.tenantId(), one.id(), pending.identityProviderId())
                        .size()));
        return Reply.json(200, json);
    }

    private static void putIfPresent(ObjectNode json, String member, @Nullable String value) {
        if (value != null) {
            json.put(member, value);
        }
    }
}
