package io.tokenbroker.settings;

import java.util.Map;
import java.util.Set;

/**
 * The files of these clients name fewer keys than before, and something stands against {@link SecretsRotated}: an event. It adds no
 * key.
 *
 * @param left the SHA-256 of each key that a client's file still names, in lower-case hex
 */
public record KeysWithdrawn(Map<String, Set<String>> left) {

    public boolean leaves(String client, String digest) {
        var named = left.get(client);
        return named == null || named.contains(digest);
    }
}
