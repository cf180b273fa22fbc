package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.Request;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Which upstream identity a request of the Link API is about. */
final class Identities {

    private Identities() {}

    /** The {@code identityProviderUserId}, said or meant by a pending link; empty if there is none. */
    static String of(Request request, State state) {
        if (!request.path().startsWith(FusionAuthLinkApi.PATH)) {
            return "";
        }
        return Optional.ofNullable(request.query().get("identityProviderUserId"))
                .or(() -> ofBody(request, state))
                .orElse("");
    }

    private static Optional<String> ofBody(Request request, State state) {
        try {
            var body = request.json();
            return Json.text(body.path("identityProviderLink"), "identityProviderUserId")
                    .or(() -> Json.text(body, "identityProviderUserId"))
                    .or(() -> Json.text(body, "pendingIdPLinkId")
                            .flatMap(state.pendingLinks::find)
                            .map(pending -> pending.identity().id()));
        } catch (UncheckedIOException notJson) {
            return Optional.empty();
        }
    }
}
