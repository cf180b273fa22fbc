package io.tokenbroker.complete;

import io.tokenbroker.account.AccountView;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The two good endings of complete; linked is resolve's only one. */
public sealed interface Completed {

    @Schema(name = "Linked", description = "The account is linked.")
    record Linked(
            @Schema(description = "Always linked.", enumeration = "linked", examples = "linked")
            String status,

            @Schema(description = "The account.") AccountView account)
            implements Completed {

        public static Linked of(AccountView account) {
            return new Linked("linked", account);
        }
    }

    @Schema(name = "Pending", description = "The person must confirm that this account is to be linked.")
    record Pending(
            @Schema(description = "Always pending.", enumeration = "pending", examples = "pending")
            String status,

            @Schema(description = "Sealed; resolve takes it.", examples = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..")
            String pendingLinkId,

            @Schema(description = "Until when it can be resolved.")
            Instant expiresAt,

            @Schema(description = "Who signed in.") PendingIdentity identity)
            implements Completed {

        /** Without what opens the way to the link, and without names. */
        @Override
        public String toString() {
            return "Pending[expiresAt=%s]".formatted(expiresAt);
        }
    }

    @Schema(description = "Who signed in, as far as FusionAuth said.")
    record PendingIdentity(
            @Schema(description = "The provider.") UUID providerId,

            @Schema(description = "The id there.", examples = "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ") @Nullable
            String providerUserId,

            @Schema(description = "For people.", examples = "b@contoso.com") @Nullable
            String displayName,

            @Schema(description = "For people; not verified.", examples = "b@contoso.com") @Nullable
            String email) {}
}
