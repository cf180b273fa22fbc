package io.tokenbroker.sandbox.entra;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The parameters of an authorize request that say what is wanted. Empty where the request has none. */
record AuthorizeRequest(
        ScopeRequest scopes,
        Set<String> prompt,
        String loginHint,
        String challenge,
        String challengeMethod,
        String nonce,
        EntraClaimsRequest claims) {

    private static final int SHORTEST_CHALLENGE = 43;
    private static final int LONGEST_CHALLENGE = 128;

    /** @throws Refusal if a parameter makes no sense; the app is to be told */
    static AuthorizeRequest of(Map<String, String> query) {
        if (!query.containsKey("response_type")) {
            throw Refusal.missing("response_type");
        }
        if (!query.getOrDefault("response_type", "").equals("code")) {
            throw Refusal.of(700054);
        }
        if (!query.containsKey("scope")) {
            throw Refusal.missing("scope");
        }
        var challenge = query.getOrDefault("code_challenge", "");
        var method = query.getOrDefault("code_challenge_method", "plain");
        checkChallenge(challenge, method);
        return new AuthorizeRequest(
                ScopeRequest.parse(query.getOrDefault("scope", "")),
                Set.copyOf(List.of(query.getOrDefault("prompt", "").split(" ", -1))),
                query.getOrDefault("login_hint", ""),
                challenge,
                method,
                query.getOrDefault("nonce", ""),
                query.containsKey("claims")
                        ? EntraClaimsRequest.parse(query.getOrDefault("claims", ""))
                        : EntraClaimsRequest.NONE);
    }

    private static void checkChallenge(String challenge, String method) {
        if (challenge.isEmpty()) {
            return;
        }
        if (!Set.of("S256", "plain").contains(method)) {
            throw Refusal.of(50149);
        }
        if (challenge.length() < SHORTEST_CHALLENGE || challenge.length() > LONGEST_CHALLENGE) {
            throw Refusal.of(50147);
        }
    }

    boolean prompts(String how) {
        return prompt.contains(how);
    }
}
