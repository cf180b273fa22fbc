package io.tokenbroker.exchange;

import io.tokenbroker.mint.MintRequest;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.Parameters;
import io.tokenbroker.problem.ProblemType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a form asks for (RFC 8693 §2.1), without the client and the user. Unknown parameters are tolerated.
 *
 * @param audience the account's id, where the path does not have it
 * @param loginHint or what the account is called
 * @param scopes none where the form has none
 */
record ExchangeRequest(
        Optional<String> audience,
        Optional<String> loginHint,
        Optional<String> resource,
        List<String> scopes,
        Optional<String> claims) {

    static final String GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
    static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final Set<String> TYPES = Set.of(ACCESS_TOKEN, "urn:ietf:params:oauth:token-type:jwt");

    ExchangeRequest {
        if (!scopes.isEmpty() && !MintRequest.areScopes(scopes)) {
            throw new BrokerException(
                    ProblemType.INVALID_SCOPE,
                    "The field 'scope' must be 50 scopes at most, without quotes and backslashes.");
        }
        scopes = List.copyOf(scopes);
    }

    /** @throws BrokerException if this is no exchange, or one that the broker does not do */
    static ExchangeRequest of(Parameters form) {
        requireGrant(form.one("grant_type"));
        requireTypes(form);
        return new ExchangeRequest(
                single(form, "audience"),
                form.one("login_hint"),
                single(form, "resource"),
                form.one("scope").stream()
                        .flatMap(scope -> Stream.of(scope.split(" ", -1)))
                        .filter(scope -> !scope.isEmpty())
                        .toList(),
                form.one("claims"));
    }

    /** The mint that this is. */
    MintRequest mint() {
        var mint = scopes.isEmpty()
                ? resource.map(MintRequest::forResource).orElse(MintRequest.DEFAULT)
                : MintRequest.forScopes(scopes);
        return mint.withClaims(claims.orElse(null));
    }

    ExchangeRequest withoutScopes() {
        return new ExchangeRequest(audience, loginHint, resource, List.of(), claims);
    }

    private static void requireGrant(Optional<String> type) {
        if (!type.orElseThrow(() -> BrokerException.invalidField("grant_type", "is required"))
                .equals(GRANT)) {
            throw new BrokerException(
                    ProblemType.UNSUPPORTED_GRANT_TYPE, "The only grant_type here is %s.".formatted(GRANT));
        }
    }

    private static void requireTypes(Parameters form) {
        if (form.one("subject_token").isPresent()
                != form.one("subject_token_type").isPresent()) {
            throw BrokerException.invalidField("subject_token_type", "belongs together with subject_token");
        }
        for (var field : List.of("subject_token_type", "requested_token_type")) {
            if (form.one(field).filter(type -> !TYPES.contains(type)).isPresent()) {
                throw BrokerException.invalidField(field, "must be that of an access_token or a jwt");
            }
        }
        if (form.one("actor_token").isPresent() || form.one("actor_token_type").isPresent()) {
            throw BrokerException.invalidField("actor_token", "is not taken: the client itself is who acts");
        }
    }

    /** RFC 8693 lets both be repeated; a token is for one account and one resource. */
    private static Optional<String> single(Parameters form, String name) {
        var values = form.all(name);
        if (values.size() > 1) {
            throw new BrokerException(
                    ProblemType.INVALID_TARGET, "A token is for one %s; ask for each alone.".formatted(name));
        }
        return values.stream().findFirst();
    }
}
