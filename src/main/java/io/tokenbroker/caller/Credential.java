package io.tokenbroker.caller;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ErrorShape;
import io.tokenbroker.problem.Parameters;
import io.tokenbroker.problem.ProblemType;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a caller sends to prove who it is. */
sealed interface Credential {

    /** By which a Bearer credential is told from a token. */
    String KEY_PREFIX = "tbk_";

    String IDENTITY_HEADER = "X-IDENTITY-HEADER";

    /** Also that of api-version 2017-09-01, and where HashiCorp's Azure providers put IDENTITY_HEADER. */
    List<String> IDENTITY_HEADERS = List.of(IDENTITY_HEADER, "secret", "x-ms-identity");

    /**
     * A broker key.
     *
     * @param client the name sent with it, which must be that of the key's client
     */
    record Key(Optional<String> client, String key) implements Credential {

        @Override
        public String toString() {
            return "Key[***]";
        }
    }

    /** Any other Bearer credential: a FusionAuth token. */
    record Token(String token) implements Credential {

        @Override
        public String toString() {
            return "Token[***]";
        }
    }

    record Unreadable() implements Credential {}

    /**
     * The one of this request: in the {@code Authorization} header, in a form, or in an identity header.
     *
     * @throws BrokerException if the request holds several, or a form that cannot be read
     */
    static Optional<Credential> in(RoutingContext request) {
        var authorization = Optional.ofNullable(request.request().getHeader(HttpHeaderNames.AUTHORIZATION))
                .map(Credential::of);
        var form = inForm(request, authorization.isPresent());
        return form.isPresent()
                ? form
                : inIdentityHeader(request, authorization).or(() -> authorization);
    }

    /** A client's name and key in the body (RFC 6749 §2.3.1), which the token endpoints alone take. */
    private static Optional<Credential> inForm(RoutingContext request, boolean hasAuthorization) {
        if (ErrorShape.at(request) != ErrorShape.OAUTH || !Parameters.hasForm(request)) {
            return Optional.empty();
        }
        var form = Parameters.ofForm(request);
        var client = form.one("client_id");
        var key = form.one("client_secret");
        if (hasAuthorization && key.isPresent()) {
            throw new BrokerException(
                    ProblemType.INVALID_REQUEST,
                    "The client proves itself in one way only: by the Authorization header, or by client_id and client_secret.");
        }
        return hasAuthorization || client.isEmpty() ? Optional.empty() : key.map(secret -> new Key(client, secret));
    }

    /** A broker key as programs send it that take the broker for App Service; the header may repeat that of Authorization. */
    private static Optional<Credential> inIdentityHeader(RoutingContext request, Optional<Credential> authorization) {
        var names = ErrorShape.at(request) == ErrorShape.MANAGED_IDENTITY ? IDENTITY_HEADERS : List.of(IDENTITY_HEADER);
        var keys = names.stream()
                .flatMap(name -> request.request().headers().getAll(name).stream())
                .distinct()
                .toList();
        var isOther = authorization.isPresent()
                && keys.stream().anyMatch(key -> !authorization.get().holds(key));
        if (keys.size() > 1 || isOther) {
            throw new BrokerException(
                    ProblemType.INVALID_REQUEST, "Two headers hold different credentials. Send one of them alone.");
        }
        return authorization.isPresent()
                ? Optional.empty()
                : keys.stream().findFirst().map(key -> new Key(Optional.empty(), key));
    }

    private boolean holds(String key) {
        return this instanceof Key same && same.key().equals(key);
    }

    /** That of an {@code Authorization} header. */
    static Credential of(String header) {
        var space = header.indexOf(' ');
        var scheme = space < 0 ? "" : header.substring(0, space).toLowerCase(Locale.ROOT);
        var credential = header.substring(space + 1).strip();
        return switch (scheme) {
            case "bearer" ->
                credential.startsWith(KEY_PREFIX) ? new Key(Optional.empty(), credential) : new Token(credential);
            case "basic" -> ofBasic(credential);
            default -> new Unreadable();
        };
    }

    private static Credential ofBasic(String encoded) {
        try {
            var pair = new String(Base64.getDecoder().decode(encoded), UTF_8);
            var colon = pair.indexOf(':');
            return colon < 0
                    ? new Unreadable()
                    : new Key(
                            Optional.of(formDecoded(pair.substring(0, colon))), formDecoded(pair.substring(colon + 1)));
        } catch (IllegalArgumentException _) {
            return new Unreadable();
        }
    }

    /** RFC 6749 §2.3.1 wants both parts form-encoded, many send them plain; neither can hold a plus or percent. */
    private static String formDecoded(String part) {
        return URLDecoder.decode(part, UTF_8);
    }
}
