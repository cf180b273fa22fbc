package io.tokenbroker.caller;

import jakarta.inject.Singleton;
import java.util.Optional;

/** The callers that are known without asking an upstream: by a broker key, or by a token verified within the last minute. */
@Singleton
public class KnownCallers {

    private final Clients clients;
    private final UserTokens tokens;

    KnownCallers(Clients clients, UserTokens tokens) {
        this.clients = clients;
        this.tokens = tokens;
    }

    /**
     * The caller; empty for a credential that is wrong, and for a token that is still to be verified. Never blocks.
     *
     * @param header {@code Authorization}
     */
    public Optional<Caller> of(String header) {
        return of(Credential.of(header));
    }

    Optional<Caller> of(Credential credential) {
        return switch (credential) {
            case Credential.Key key -> clients.of(key).map(Caller.class::cast);
            case Credential.Token(var token) -> tokens.remembered(token);
            case Credential.Unreadable() -> Optional.empty();
        };
    }
}
