package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.link.AccountId;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An account as callers see it; a refresh token is nowhere in it. */
@Schema(name = "Account", description = "A linked account.")
public record AccountView(
        @Schema(description = "Opaque, stable, URL-safe.", examples = "acc_wv3Tg1q5TFCnq2LqRrd4b2Itc3Vi")
        String id,

        @Schema(description = "The FusionAuth user it belongs to.")
        UUID userId,

        @Schema(description = "Its identity provider.") ProviderRef provider,

        @Schema(description = "Its id at the provider.", examples = "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ")
        String providerUserId,

        @Schema(description = "For people; may change.", examples = "b@contoso.com")
        String displayName,

        @Schema(description = "When the link's present record was made.")
        Instant linkedAt,

        @Schema(description = "When the person last signed in to it.")
        Instant lastAuthorizedAt,

        @Schema(
                description = "Whether it can be minted for, as far as known.",
                enumeration = {"active", "reauthorization_required", "no_refresh_token"},
                examples = "active")
        String status,

        @Schema(description = "Why reauthorization is required; else null.", examples = "revoked") @Nullable
        String reason) {

    static AccountView of(Link link, AccountState state) {
        return new AccountView(
                AccountId.of(link).toString(),
                link.userId(),
                new ProviderRef(link.providerId(), link.providerName()),
                link.identity(),
                link.displayName(),
                link.insertedAt(),
                link.lastAuthorizedAt(),
                switch (state) {
                    case AccountState.Active() -> "active";
                    case AccountState.ReauthorizationRequired _ -> "reauthorization_required";
                    case AccountState.NoRefreshToken() -> "no_refresh_token";
                },
                state instanceof AccountState.ReauthorizationRequired(var reason) ? reason : null);
    }

    @Schema(description = "An identity provider, in short.")
    public record ProviderRef(
            @Schema(description = "Its id.") UUID id,

            @Schema(description = "Its name.", examples = "Contoso")
            String name) {}
}
