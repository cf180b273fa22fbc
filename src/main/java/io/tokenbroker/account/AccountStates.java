package io.tokenbroker.account;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.seal.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Which accounts the provider has refused as a whole. A mark is tied to the refresh token that was refused, so a new
 * authorization lifts it by itself; losing the marks costs one refused refresh each.
 */
@ApplicationScoped
public class AccountStates {

    private final Cache<AccountId, Refused> refused =
            Caffeine.newBuilder().maximumSize(200_000).build();

    public void markRefused(AccountId id, Secret token, String reason) {
        refused.put(id, new Refused(token, reason));
    }

    public void markWorking(AccountId id) {
        refused.invalidate(id);
    }

    public AccountState of(Link link) {
        if (link.token().isEmpty()) {
            return new AccountState.NoRefreshToken();
        }
        return Optional.ofNullable(refused.getIfPresent(AccountId.of(link)))
                .filter(mark -> link.token().equals(Optional.of(mark.token())))
                .<AccountState>map(mark -> new AccountState.ReauthorizationRequired(mark.reason()))
                .orElseGet(AccountState.Active::new);
    }

    private record Refused(Secret token, String reason) {}
}
