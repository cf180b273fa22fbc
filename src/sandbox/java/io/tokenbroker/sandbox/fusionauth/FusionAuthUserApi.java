package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.Map;
import java.util.Optional;

/** {@code /api/user/{id}}: read and patch. */
final class FusionAuthUserApi {

    static final String PATH = "/api/user";

    private static final long READ_TO_WRITE_MILLIS = 10;

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

    /** Reads, thinks, writes: what another request wrote in between is lost, as on the real server. */
    private User patch(User read, JsonNode patch) {
        return switch (state.switches.get(Unknown.UserPatch.class)) {
            case LOSES_UPDATES -> {
                Pause.millis(READ_TO_WRITE_MILLIS);
                yield state.users.put(read.patched(patch, state.now()));
            }
            case ATOMIC ->
                state.users
                        .update(read.id(), user -> user.patched(patch, state.now()))
                        .orElse(read);
        };
    }

    private static Reply shown(User user) {
        return Reply.json(200, Map.of("user", user.json()));
    }
}
