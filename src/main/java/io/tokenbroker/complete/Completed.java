package io.tokenbroker.complete;

import io.tokenbroker.account.AccountView;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The two good endings of complete; linked is resolve's only one. */
public sealed interface Completed {

    record Linked(String status, AccountView account) implements Completed {

        public static Linked of(AccountView account) {
            return new Linked("linked", account);
        }
    }

    record Pending(String status, String pendingLinkId, Instant expiresAt, PendingIdentity identity)
            implements Completed {

        /** Without what opens the way to the link, and without names. */
        @Override
        public String toString() {
            return "Pending[expiresAt=%s]".formatted(expiresAt);
        }
    }

    record PendingIdentity(
            UUID providerId,
            @Nullable String providerUserId,
            @Nullable String displayName,
            @Nullable String email) {}
}
