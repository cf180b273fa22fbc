package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.Map;
import java.util.Optional;

/** {@code /api/user/{id}}: read and patch. */
final class FusionAuthUserApi {

    static final String PATH = "/api/user";

    private final State state;

    FusionAuthUserApi(State state) {
        this.state = state;
    }

    Reply answer(Request request) {
        var caller = state.access.authorize(request, PATH);
        var user = Optional.of(request.path())
                .filter(path -> path.startsWith(PATH + "/"))
                .map(path -> path.substring(PATH.length() + 1))
                .flatMap(Json::uuid)
                .flatMap(state.users::find)
                .filter(one -> caller.namedTenant().map(one.tenantId()::equals).orElse(true));
        if (user.isEmpty()) {
            return Reply.empty(404);
        }
        return switch (request.method()) {
            case "GET" -> shown(user.get());
            case "PATCH" -> shown(patch(user.get(), request.json().path("user")));
            default -> Reply.empty(405);
        };
    }

    /** What another request wrote since the user was read is lost, as on the real server (fusionauth-issues#3206). */
    private User patch(User read, JsonNode patch) {
        return state.users.put(read.patched(patch, state.now()));
    }

    private static Reply shown(User user) {
        return Reply.json(200, Map.of("user", user.json()));
    }
}
