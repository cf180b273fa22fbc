package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.entra.TokenIssuer.Order;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.sandbox.wire.Request;
import java.time.Clock;

/** {@code grant_type=authorization_code}: a code turns into tokens once, in the hands it was meant for. */
final class CodeGrant {

    private static final int SHORTEST_VERIFIER = 43;

    private final Clock clock;
    private final AuthorizationCodes codes;
    private final Directory directory;

    CodeGrant(Clock clock, AuthorizationCodes codes, Directory directory) {
        this.clock = clock;
        this.codes = codes;
        this.directory = directory;
    }

    /** The code shown, if it may be redeemed by this client, here and now. It stays unredeemed. */
    AuthorizationCode check(Request request, Authority authority, String clientId) {
        var form = request.form();
        var value = require(request, "code");
        var redirectUri = require(request, "redirect_uri");
        var code = codes.find(value).orElseThrow(() -> Refusal.of(9002313));
        if (!code.grant().clientId().equals(clientId)) {
            throw Refusal.of(70000);
        }
        if (!code.authority().equals(authority)) {
            throw Refusal.of(700005);
        }
        if (!code.redirectUri().equals(redirectUri)) {
            throw Refusal.of(500112);
        }
        if (code.redeemed().get()) {
            throw Refusal.of(54005);
        }
        if (!code.usableAt(clock.instant())) {
            throw Refusal.of(70008);
        }
        checkProof(code, form.getOrDefault("code_verifier", ""));
        return code;
    }

    /** What the code buys. */
    Order order(Request request, AuthorizationCode code) {
        var user = directory.granting(code.grant());
        var scope = request.form().get("scope");
        var asked = scope == null ? code.grant().scopes().reduced() : ScopeRequest.parse(scope);
        return new Order(
                user,
                code.authority().admit(user),
                code.grant(),
                asked,
                EntraTokenEndpoint.claims(request),
                code.nonce(),
                EntraTokenEndpoint.wantsClientInfo(request));
    }

    /** Ends the code. Of two that come at once, one is too late. */
    void redeem(AuthorizationCode code) {
        if (!code.redeemed().compareAndSet(false, true)) {
            throw Refusal.of(54005);
        }
    }

    private static void checkProof(AuthorizationCode code, String verifier) {
        if (verifier.length() >= SHORTEST_VERIFIER) {
            IssuedSecrets.record(verifier);
        }
        if (code.challenge().isEmpty()) {
            return;
        }
        if (verifier.isEmpty()) {
            throw Refusal.of(50148);
        }
        if (!code.isProvenBy(verifier)) {
            throw Refusal.of(501481);
        }
    }

    private static String require(Request request, String field) {
        var value = request.form().getOrDefault(field, "");
        if (value.isEmpty()) {
            throw Refusal.missing(field);
        }
        return value;
    }
}
