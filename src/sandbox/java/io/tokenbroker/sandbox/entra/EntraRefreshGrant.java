package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.entra.TokenIssuer.Order;
import io.tokenbroker.sandbox.wire.Request;
import java.time.Clock;

/** {@code grant_type=refresh_token}: any resource, any tenant of the person, as often as one likes. */
final class EntraRefreshGrant {

    private final Clock clock;
    private final RefreshTokens refreshTokens;
    private final Directory directory;
    private final Switches switches;

    EntraRefreshGrant(Clock clock, RefreshTokens refreshTokens, Directory directory, Switches switches) {
        this.clock = clock;
        this.refreshTokens = refreshTokens;
        this.directory = directory;
        this.switches = switches;
    }

    /** The token shown, if this client may use it now. */
    RefreshToken check(Request request, String clientId) {
        var value = request.form().getOrDefault("refresh_token", "");
        if (value.isEmpty()) {
            throw Refusal.missing("refresh_token");
        }
        var token = refreshTokens.find(value).orElseThrow(() -> Refusal.of(9002313));
        if (!token.grant().clientId().equals(clientId)) {
            throw Refusal.of(70000);
        }
        if (!token.usableAt(clock.instant())) {
            throw Refusal.of(
                    700082,
                    "The refresh token has expired due to inactivity. The token was issued on %s and was inactive for 90.00:00:00."
                            .formatted(token.issued()));
        }
        return token;
    }

    /** What the token buys. */
    Order order(Request request, Authority authority, RefreshToken token) {
        var user = directory.granting(token.grant());
        var scope = request.form().get("scope");
        var asked = scope == null ? token.grant().scopes().reduced() : ScopeRequest.parse(scope);
        return new Order(
                user,
                authority.admit(user),
                token.grant(),
                asked,
                EntraTokenEndpoint.claims(request),
                "",
                EntraTokenEndpoint.wantsClientInfo(request));
    }

    void use(RefreshToken token) {
        var first = refreshTokens.use(token);
        if (!first && switches.singleUseRefreshTokens()) {
            throw Refusal.of(70000, "The refresh token was used before.");
        }
    }
}
