package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Every authorization code issued, redeemed ones too: a second redemption has an error of its own. */
final class AuthorizationCodes {

    private final Map<String, AuthorizationCode> byValue = new ConcurrentHashMap<>();

    String issue(AuthorizationCode code) {
        var value = IssuedSecrets.fresh("1.code-");
        byValue.put(value, code);
        return value;
    }

    Optional<AuthorizationCode> find(String value) {
        return Optional.ofNullable(byValue.get(value));
    }

    void reset() {
        byValue.clear();
    }
}
