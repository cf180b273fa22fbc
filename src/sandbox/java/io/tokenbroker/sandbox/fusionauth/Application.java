package io.tokenbroker.sandbox.fusionauth;

import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArraySet;

/** The application people sign in to; its id is its client id. */
final class Application {

    /** The one of FusionAuth's own pages: all that a fresh installation has. */
    static final UUID OF_ADMINISTRATORS = UUID.fromString("3c219e58-ed0e-4b18-ad48-f4f92793ae32");

    private final UUID id;
    private final UUID tenant;
    private final boolean isPublic;
    private final Set<String> redirectUris = new CopyOnWriteArraySet<>();
    private volatile boolean inheritsKeys;

    /**
     * @param isPublic whether it may redeem codes without a secret
     * @param inheritsKeys whether it has the JWT configuration of its tenant, and so no key of its own to tell
     */
    Application(UUID id, UUID tenant, boolean isPublic, boolean inheritsKeys, Collection<String> redirectUris) {
        this.id = id;
        this.tenant = tenant;
        this.isPublic = isPublic;
        this.inheritsKeys = inheritsKeys;
        this.redirectUris.addAll(redirectUris);
    }

    UUID id() {
        return id;
    }

    UUID tenant() {
        return tenant;
    }

    boolean isPublic() {
        return isPublic;
    }

    boolean inheritsKeys() {
        return inheritsKeys;
    }

    void inheritKeys(boolean inherits) {
        inheritsKeys = inherits;
    }

    void allowRedirect(String uri) {
        redirectUris.add(uri);
    }

    boolean allowsRedirect(String uri) {
        return redirectUris.contains(uri);
    }
}
