package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.seal.Secret;

/**
 * A second link record that holds an account's new refresh token while its own link is replaced. It never shows as
 * itself: whoever meets one takes it for the link it stands for.
 */
final class Shadow {

    private static final String SUFFIX = "~rotating";

    private Shadow() {}

    static boolean isShadow(String identity) {
        return identity.endsWith(SUFFIX);
    }

    /** The identity under which the shadow of this one is kept. */
    static String identityOf(String identity) {
        return identity + SUFFIX;
    }

    static Link of(Link link, Secret newToken) {
        return link.withIdentity(identityOf(link.identity())).withToken(newToken);
    }

    /** The link that a shadow stands for, with the shadow's token. */
    static Link standsFor(Link shadow) {
        var identity = shadow.identity();
        return shadow.withIdentity(identity.substring(0, identity.length() - SUFFIX.length()));
    }
}
