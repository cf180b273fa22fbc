package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.entra.AccessTokens.Presented;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.LinkedHashMap;
import java.util.Map;

/** The little of Microsoft Graph that a sign-in touches. It takes only tokens that are meant for it. */
final class Graph {

    private final AccessTokens accessTokens;
    private final Directory directory;

    Graph(AccessTokens accessTokens, Directory directory) {
        this.accessTokens = accessTokens;
        this.directory = directory;
    }

    Reply answer(Request request) {
        var presented = accessTokens.present(request.header("authorization").orElse(""));
        if (presented.isEmpty()) {
            return refused("Lifetime validation failed, the token is expired, or is not one.");
        }
        if (!presented.get().isFor(Resource.GRAPH)) {
            return refused("Access token validation failure. Invalid audience.");
        }
        return switch (request.path()) {
            case "/graph/oidc/userinfo" -> userInfo(presented.get());
            case "/graph/v1.0/me" -> me(presented.get());
            default -> error(404, "ResourceNotFound", "There is no " + request.path());
        };
    }

    /** Neither {@code oid} nor {@code tid}: those are in the id_token only. */
    private Reply userInfo(Presented token) {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("sub", AccessTokens.pairwise(token.clientId(), token.tenant(), token.objectId()));
        directory.find(token.user()).ifPresent(user -> {
            var names = user.name().split(" ", 2);
            claims.put("name", user.name());
            claims.put("given_name", names[0]);
            claims.put("family_name", names[names.length - 1]);
            claims.put("email", user.email());
        });
        return Reply.json(200, claims);
    }

    private Reply me(Presented token) {
        if (!token.permissions().contains("User.Read")) {
            return error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
        }
        var user = directory.find(token.user());
        return user.map(found -> Reply.json(
                        200,
                        Map.of(
                                "id", token.objectId(),
                                "displayName", found.name(),
                                "mail", found.email(),
                                "userPrincipalName", found.email())))
                .orElseGet(() -> error(404, "Request_ResourceNotFound", "The user does not exist."));
    }

    private static Reply refused(String why) {
        return error(401, "InvalidAuthenticationToken", why)
                .with("WWW-Authenticate", "Bearer realm=\"\", error=\"invalid_token\"");
    }

    private static Reply error(int status, String code, String message) {
        return Reply.json(status, Map.of("error", Map.of("code", code, "message", message)));
    }
}
