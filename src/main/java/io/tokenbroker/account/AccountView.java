package io.tokenbroker.account;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.link.AccountId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An account as callers see it; a refresh token is nowhere in it.
 *
 * @param version of the row that counts for it; 0 if none does
 * @param grant what the store adds; null where it says nothing, or was not asked
 */
public record AccountView(
        String id,
        UUID userId,
        ProviderRef provider,
        String providerUserId,
        String displayName,
        @Nullable Instant linkedAt,
        @Nullable Instant lastAuthorizedAt,
        String status,
        @Nullable String reason,
        @JsonIgnore long version,
        @JsonUnwrapped @Nullable GrantState grant) {

    static final String ACTIVE = "active";
    static final String MARKED = "reauthorization_required";
    static final String NO_TOKEN = "no_refresh_token";

    static AccountView of(Link link, String status, @Nullable String reason, long version) {
        return new AccountView(
                AccountId.of(link).toString(),
                link.userId(),
                new ProviderRef(link.providerId(), link.providerName()),
                link.identity(),
                link.displayName(),
                link.insertedAt().orElse(null),
                link.lastAuthorizedAt().orElse(null),
                status,
                reason,
                version,
                null);
    }

    AccountView with(GrantState known) {
        return new AccountView(
                id,
                userId,
                provider,
                providerUserId,
                displayName,
                linkedAt,
                lastAuthorizedAt,
                status,
                reason,
                version,
                known);
    }

    /** Whether a back end can mint for it, as far as is known. */
    @JsonIgnore
    public boolean works() {
        return status.equals(ACTIVE);
    }

    public record ProviderRef(UUID id, String name) {}
}
