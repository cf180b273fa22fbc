package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
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

    public record ProviderRef(UUID id, String name) {}
}
