package io.tokenbroker.complete;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.tokenbroker.account.AccountView;
import io.tokenbroker.link.AccountId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The two good endings of complete; linked is resolve's only one. */
public sealed interface Completed {

    /** @param isNew whether the account was not the user's before */
    record Linked(
            String status, AccountView account, @JsonIgnore boolean isNew) implements Completed {

        public static Linked of(AccountView account, boolean isNew) {
            return new Linked("linked", account, isNew);
        }
    }

    record Pending(String status, String pendingLinkId, Instant expiresAt, PendingIdentity identity)
            implements Completed {

        /** The account that it would be, if FusionAuth says who waits. */
        Optional<AccountId> account() {
            return Optional.<String>ofNullable(identity.providerUserId())
                    .map(person -> new AccountId(identity.providerId(), person));
        }

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
