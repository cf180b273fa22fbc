package io.tokenbroker.fusionauth;

import java.util.Optional;
import java.util.UUID;

/**
 * An identity that signed in and waits to be linked.
 *
 * @param limitReached whether one link more would leave the user none free at this provider
 */
public record PendingLink(
        UUID providerId, String identity, Optional<String> displayName, Optional<String> email, boolean limitReached) {}
