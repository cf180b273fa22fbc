package io.tokenbroker.caller;

import io.tokenbroker.caller.KnownCallers.Credential;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ErrorShape;
import io.tokenbroker.problem.Parameters;
import io.tokenbroker.problem.ProblemType;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A client's name and key in the body (RFC 6749 §2.3.1), which the token endpoints alone take. */
final class FormCredentials {

    private FormCredentials() {}

    /**
     * What the body proves, if it is for the body to prove.
     *
     * @param header {@code Authorization}, if there is one
     * @throws BrokerException if both say who it is, which RFC 6749 §2.3 forbids, or the form cannot be read
     */
    static Optional<Credential> in(RoutingContext request, @Nullable String header) {
        if (ErrorShape.at(request) != ErrorShape.OAUTH || !Parameters.hasForm(request)) {
            return Optional.empty();
        }
        var form = Parameters.ofForm(request);
        var name = form.one("client_id");
        var key = form.one("client_secret");
        if (header == null) {
            return name.flatMap(known -> key.map(secret -> new Credential.NameAndKey(known, secret)));
        }
        if (key.isPresent()) {
            throw new BrokerException(
                    ProblemType.INVALID_REQUEST,
                    "The client proves itself in one way only: by the Authorization header, or by client_id and client_secret.");
        }
        return Optional.empty();
    }
}
