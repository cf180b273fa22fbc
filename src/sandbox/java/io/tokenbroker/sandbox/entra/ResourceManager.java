package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.entra.AccessTokens.Presented;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A resource in the manner of Azure Resource Manager: it takes tokens for itself only, and says whose they are. It changes
 * nothing for a person who has not signed in with a second factor.
 */
final class ResourceManager {

    /** The authentication context of a second factor. */
    static final String SECOND_FACTOR = "p1";

    private static final String CONTEXT = "c1";
    private static final String CHALLENGE =
            "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"" + CONTEXT + "\"}}}";
    private static final String WRITE_CHALLENGE =
            "{\"access_token\":{\"acrs\":{\"essential\":true,\"values\":[\"" + SECOND_FACTOR + "\"]}}}";

    private final AccessTokens accessTokens;
    private final Switches switches;
    private final String base;

    ResourceManager(AccessTokens accessTokens, Switches switches, String base) {
        this.accessTokens = accessTokens;
        this.switches = switches;
        this.base = base;
    }

    Reply answer(Request request) {
        var isWrite = !request.method().equals("GET");
        if (!request.path().equals("/arm/subscriptions") && !isWrite) {
            return error(404, "ResourceNotFound", "There is no " + request.path());
        }
        var presented = accessTokens.present(request.header("authorization").orElse(""));
        if (presented.isEmpty()) {
            return refused("InvalidAuthenticationToken", "The access token is invalid or expired.");
        }
        if (!presented.get().isFor(Resource.RESOURCE_MANAGER)) {
            return refused(
                    "InvalidAuthenticationTokenAudience",
                    "The access token has been obtained for the wrong audience '%s'."
                            .formatted(presented.get().audience()));
        }
        if (switches.armChallenge() && !presented.get().authenticationContexts().contains(CONTEXT)) {
            return challenge(CHALLENGE);
        }
        if (isWrite) {
            return presented.get().secondFactor()
                    ? Reply.json(
                            200,
                            Map.of(
                                    "id",
                                    request.path(),
                                    "changedBy",
                                    presented.get().user()))
                    : challenge(WRITE_CHALLENGE);
        }
        return subscriptions(presented.get());
    }

    private static Reply subscriptions(Presented token) {
        var subscription = Map.of(
                "subscriptionId",
                token.objectId(),
                "displayName",
                "Subscription of " + token.user(),
                "tenantId",
                token.tenant(),
                "state",
                "Enabled");
        return Reply.json(
                200,
                Map.of(
                        "value", List.of(subscription),
                        "user", token.user(),
                        "tenantId", token.tenant(),
                        "objectId", token.objectId()));
    }

    private Reply challenge(String wanted) {
        var claims = Base64.getEncoder().encodeToString(wanted.getBytes(StandardCharsets.UTF_8));
        return error(401, "InsufficientClaims", "The token lacks claims that this resource requires.")
                .with(
                        "WWW-Authenticate",
                        "Bearer realm=\"\", authorization_uri=\"%s/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"%s\""
                                .formatted(base, claims));
    }

    private static Reply refused(String code, String message) {
        return error(401, code, message).with("WWW-Authenticate", "Bearer realm=\"\", error=\"invalid_token\"");
    }

    private static Reply error(int status, String code, String message) {
        return Reply.json(status, Map.of("error", Map.of("code", code, "message", message)));
    }
}
