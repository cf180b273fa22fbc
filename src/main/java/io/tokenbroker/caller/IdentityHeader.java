package io.tokenbroker.caller;

import io.tokenbroker.caller.KnownCallers.Credential;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ErrorShape;
import io.tokenbroker.problem.ProblemType;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A broker key as those send it who take the broker for App Service. */
final class IdentityHeader {

    private static final String EVERYWHERE = "X-IDENTITY-HEADER";

    /** Also that of api-version 2017-09-01, and where HashiCorp's Azure providers put IDENTITY_HEADER. */
    private static final List<String> AT_THAT_DOOR = List.of(EVERYWHERE, "secret", "x-ms-identity");

    private IdentityHeader() {}

    /**
     * The key, if it is for this header to prove who calls.
     *
     * @param authorization the {@code Authorization} header, if there is one
     * @throws BrokerException if two headers prove two things
     */
    static Optional<Credential> in(RoutingContext request, @Nullable String authorization) {
        var names = ErrorShape.at(request) == ErrorShape.MANAGED_IDENTITY ? AT_THAT_DOOR : List.of(EVERYWHERE);
        var keys = names.stream()
                .flatMap(name -> request.request().headers().getAll(name).stream())
                .distinct()
                .toList();
        if (keys.size() > 1 || (!keys.isEmpty() && authorization != null && !holds(authorization, keys.getFirst()))) {
            throw new BrokerException(
                    ProblemType.INVALID_REQUEST, "Two headers hold different credentials. Send one of them alone.");
        }
        return authorization == null ? keys.stream().findFirst().map(Credential.Key::new) : Optional.empty();
    }

    private static boolean holds(String authorization, String key) {
        return switch (Credential.of(authorization)) {
            case Credential.Key(var same) -> same.equals(key);
            case Credential.NameAndKey(var name, var same) -> same.equals(key);
            case Credential.Token(var token) -> false;
            case Credential.Unreadable() -> false;
        };
    }
}
