package io.tokenbroker.caller;

import jakarta.inject.Singleton;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** Who an {@code Authorization} header proves, as far as memory tells: broker keys, and tokens verified a moment ago. */
@Singleton
public class KnownCallers {

    private final Clients clients;
    private final UserTokens tokens;

    KnownCallers(Clients clients, UserTokens tokens) {
        this.clients = clients;
        this.tokens = tokens;
    }

    /** The caller; empty for a credential that is wrong, and for a token that is still to be verified. Never blocks. */
    public Optional<Caller> of(String header) {
        return of(Credential.of(header));
    }

    /** The same of a credential from elsewhere. */
    Optional<Caller> of(Credential credential) {
        return switch (credential) {
            case Credential.Key(var key) -> clients.byKey(key).map(Caller.class::cast);
            case Credential.NameAndKey(var name, var key) ->
                clients.byNameAndKey(name, key).map(Caller.class::cast);
            case Credential.Token(var token) -> tokens.remembered(token);
            case Credential.Unreadable() -> Optional.empty();
        };
    }

    /** What an {@code Authorization} header holds. */
    sealed interface Credential {

        /** A broker key as Bearer. */
        record Key(String key) implements Credential {

            @Override
            public String toString() {
                return "Key[***]";
            }
        }

        /** A client's name and broker key as Basic. */
        record NameAndKey(String name, String key) implements Credential {

            @Override
            public String toString() {
                return "NameAndKey[***]";
            }
        }

        /** Any other Bearer credential. */
        record Token(String token) implements Credential {

            @Override
            public String toString() {
                return "Token[***]";
            }
        }

        record Unreadable() implements Credential {}

        static Credential of(String header) {
            var space = header.indexOf(' ');
            var scheme = space < 0 ? "" : header.substring(0, space).toLowerCase(Locale.ROOT);
            var credential = header.substring(space + 1).strip();
            return switch (scheme) {
                case "bearer" -> credential.startsWith("tbk_") ? new Key(credential) : new Token(credential);
                case "basic" -> ofBasic(credential);
                default -> new Unreadable();
            };
        }

        private static Credential ofBasic(String encoded) {
            try {
                var pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
                var colon = pair.indexOf(':');
                return colon < 0
                        ? new Unreadable()
                        : new NameAndKey(formDecoded(pair.substring(0, colon)), formDecoded(pair.substring(colon + 1)));
            } catch (IllegalArgumentException malformed) {
                return new Unreadable();
            }
        }

        /** RFC 6749 §2.3.1 wants both parts form-encoded, many send them plain; neither can hold a plus or percent. */
        private static String formDecoded(String part) {
            return URLDecoder.decode(part, StandardCharsets.UTF_8);
        }
    }
}
