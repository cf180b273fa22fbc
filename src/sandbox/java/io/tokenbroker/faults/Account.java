package io.tokenbroker.faults;

import io.tokenbroker.link.AccountId;
import java.util.UUID;

/**
 * An account that a person linked.
 *
 * @param identity what the provider calls it
 * @param name what the person signs in with
 */
record Account(Kind kind, UUID userId, UUID providerId, String identity, String name) {

    String id() {
        return new AccountId(providerId, identity).toString();
    }
}
