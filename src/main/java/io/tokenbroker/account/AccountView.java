package io.tokenbroker.account;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.link.AccountId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An account as callers see it; a refresh token is nowhere in it. */
public record AccountView(
        String id,
        UUID userId,
        ProviderRef provider,
        String providerUserId,
        String displayName,
        @Nullable Instant linkedAt,
        @Nullable Instant lastAuthorizedAt,
        String status,
        @Nullable String reason) {

    static final String ACTIVE = "active";

    static AccountView of(Link link, String status, @Nullable String reason) {
        return new AccountView(
                AccountId.of(link).toString(),
                link.userId(),
                new ProviderRef(link.providerId(), link.providerName()),
                link.identity(),
                link.displayName(),
                link.insertedAt().orElse(null),
                link.lastAuthorizedAt().orElse(null),
                status,
                reason);
    }

    /** Whether a back end can mint for it, as far as is known. */
    @JsonIgnore
    public boolean works() {
        return status.equals(ACTIVE);
    }

    public record ProviderRef(UUID id, String name) {}
}
