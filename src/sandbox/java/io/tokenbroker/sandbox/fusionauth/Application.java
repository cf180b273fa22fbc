package io.tokenbroker.sandbox.fusionauth;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArraySet;

/** The application people sign in to: a public client whose id is its client id. */
final class Application {

    private final UUID id;
    private final UUID tenant;
    private final Set<String> redirectUris = new CopyOnWriteArraySet<>();

    Application(UUID id, UUID tenant) {
        this.id = id;
        this.tenant = tenant;
    }

    UUID id() {
        return id;
    }

    UUID tenant() {
        return tenant;
    }

    void allowRedirect(String uri) {
        redirectUris.add(uri);
    }

    boolean allowsRedirect(String uri) {
        return redirectUris.contains(uri);
    }
}
