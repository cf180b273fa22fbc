package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;

/** The one app that is registered: confidential, of the kind "web", multi-tenant. */
public final class AppRegistration {

    public static final String CLIENT_ID = "7b0cb0cb-21f4-4a56-9a3d-51d5b2a0c0de";

    private static final Duration SECRET_LIFE = Duration.ofDays(180);

    private record ClientSecret(String value, Instant expires) {

        boolean matches(String shown) {
            return MessageDigest.isEqual(
                    value.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
        }

        boolean usableAt(Instant now) {
            return now.isBefore(expires);
        }
    }

    private final Clock clock;
    private final String firstSecret;
    private final List<ClientSecret> secrets = new CopyOnWriteArrayList<>();
    private final Set<String> redirectUris = new CopyOnWriteArraySet<>();

    AppRegistration(Clock clock, String firstSecret) {
        this.clock = clock;
        this.firstSecret = firstSecret;
        addSecret(firstSecret, SECRET_LIFE);
    }

    public String clientId() {
        return CLIENT_ID;
    }

    /** What the sign-in pages call it. */
    public String name() {
        return "Token broker";
    }

    /** The newest secret, expired or not. */
    public String secret() {
        return secrets.getLast().value();
    }

    /** Adds a secret of the caller's choice beside those there are. */
    public void addSecret(String value, Duration life) {
        secrets.add(
                new ClientSecret(IssuedSecrets.record(value), clock.instant().plus(life)));
    }

    /** Removes every secret and returns the new one. */
    public String replaceSecrets() {
        secrets.clear();
        addSecret(IssuedSecrets.fresh("entra-secret-"), SECRET_LIFE);
        return secret();
    }

    /** Every secret expires now. */
    public void expireSecrets() {
        var now = clock.instant();
        secrets.replaceAll(secret -> new ClientSecret(secret.value(), now));
    }

    /** Registers a redirect URI; only this very text matches. */
    public void addRedirectUri(String uri) {
        redirectUris.add(uri);
    }

    public Set<String> redirectUris() {
        return Set.copyOf(redirectUris);
    }

    /** When each secret expires, oldest first. */
    List<Instant> secretExpiries() {
        return secrets.stream().map(ClientSecret::expires).toList();
    }

    /** @throws Refusal if none of the secrets is the one shown, or that one is expired */
    void authenticate(String shown) {
        var known = secrets.stream().filter(secret -> secret.matches(shown)).toList();
        if (known.isEmpty()) {
            throw Refusal.of(7000215);
        }
        if (known.stream().noneMatch(secret -> secret.usableAt(clock.instant()))) {
            throw Refusal.of(7000222);
        }
    }

    void reset() {
        secrets.clear();
        addSecret(firstSecret, SECRET_LIFE);
    }
}
