package io.tokenbroker.door;

import io.tokenbroker.mint.MintRequest;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.Parameters;
import io.tokenbroker.problem.ProblemType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a form asks for (RFC 8693 §2.1), without the client and the user. Unknown parameters are tolerated.
 *
 * @param audiences the account's id, or its provider's id or name; one may be the resource
 * @param loginHint the account's identity or what it is called
 * @param resource one at most
 * @param scopes none where the form has none
 */
record ExchangeRequest(
        List<String> audiences,
        Optional<String> loginHint,
        Optional<String> resource,
        List<String> scopes,
        Optional<String> claims) {

    static final String GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
    static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final Set<String> TYPES = Set.of(ACCESS_TOKEN, "urn:ietf:params:oauth:token-type:jwt");

    private static final int MOST_AUDIENCES = 10;

    ExchangeRequest {
        if (!scopes.isEmpty() && !MintRequest.areScopes(scopes)) {
            throw new BrokerException(
                    ProblemType.INVALID_SCOPE,
                    "The field 'scope' must be 50 scopes of 512 characters at most, without quotes and backslashes.");
        }
        if (audiences.size() > MOST_AUDIENCES) {
            throw new BrokerException(
                    ProblemType.INVALID_TARGET,
                    "A token is for one account and one resource: %d audiences are too many."
                            .formatted(audiences.size()));
        }
        audiences = List.copyOf(audiences);
        scopes = List.copyOf(scopes);
    }

    /** @throws BrokerException if this is no exchange, or one that the broker does not do */
    static ExchangeRequest of(Parameters form) {
        requireGrant(form.required("grant_type", "is required"));
        requireTypes(form);
        return new ExchangeRequest(
                Stream.concat(form.all("audience").stream(), form.one("connection").stream())
                        .distinct()
                        .toList(),
                form.one("login_hint"),
                single(form.all("resource")),
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
        return new ExchangeRequest(audiences, loginHint, resource, List.of(), claims);
    }

    /**
     * The same without the audiences that name the account: what is left of them is the resource. A resource that repeats
     * one of those names says nothing; some gateways send each audience as a resource too.
     */
    ExchangeRequest withoutNames(Collection<String> names) {
        var given = resource.filter(value -> !names.contains(value));
        var targets = Stream.concat(given.stream(), audiences.stream().filter(value -> !names.contains(value)))
                .filter(value -> given.filter(first -> !first.equals(value) && isSame(first, value))
                        .isEmpty())
                .distinct()
                .toList();
        return new ExchangeRequest(List.of(), loginHint, single(targets), scopes, claims);
    }

    /** Resources with and without a slash at the end are the same. */
    static boolean isSame(String one, String other) {
        return one.replaceFirst("/$", "").equals(other.replaceFirst("/$", ""));
    }

    private static void requireGrant(String type) {
        if (!type.equals(GRANT)) {
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

    /** RFC 8693 lets them be several; a token is for one. */
    private static Optional<String> single(List<String> resources) {
        if (resources.size() > 1) {
            throw new BrokerException(
                    ProblemType.INVALID_TARGET,
                    "A token is for one resource; ask for each alone. An audience that names neither the account nor its provider is a resource.");
        }
        return resources.stream().findFirst();
    }
}
