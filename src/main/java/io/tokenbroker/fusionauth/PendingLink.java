package io.tokenbroker.fusionauth;

import java.util.Optional;
import java.util.UUID;

/**
 * An identity that signed in and waits to be linked.
 *
 * @param limitReached whether the user has as many links at this provider as are allowed
 */
public record PendingLink(
        UUID providerId, String identity, Optional<String> displayName, Optional<String> email, boolean limitReached) {}
