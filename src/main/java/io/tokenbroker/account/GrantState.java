package io.tokenbroker.account;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an account's refresh token fares, as the store knows it.
 *
 * @param statusSince since when only a person can help; null while none is needed
 * @param lastRefreshedAt when the token was got, by a sign-in or a refresh, or last used where its provider gave no other;
 *     null where FusionAuth does not date the sign-in
 * @param nextRefreshAt from when on keep-alive renews it; null if it does not
 * @param consecutiveFailures how many refreshes have failed since the last success
 * @param refreshTokenExpiresAt when the token ends unless it is refreshed; null if that is not known, or it has ended
 */
public record GrantState(
        @Nullable Instant statusSince,
        @Nullable Instant lastRefreshedAt,
        @Nullable Instant nextRefreshAt,
        long consecutiveFailures,
        @Nullable Instant refreshTokenExpiresAt) {}
