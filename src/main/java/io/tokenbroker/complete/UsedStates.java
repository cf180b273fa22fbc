package io.tokenbroker.complete;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.start.AuthorizationState;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/**
 * The states completed on this replica. Reuse elsewhere fails all the same, for the code is spent; here it fails before
 * FusionAuth is bothered.
 */
@ApplicationScoped
class UsedStates {

    private final Cache<UUID, Boolean> used;

    UsedStates(BrokerSettings settings) {
        used = Caffeine.newBuilder()
                .expireAfterWrite(settings.authorization().stateLifetime().multipliedBy(2))
                .maximumSize(1_000_000)
                .build();
    }

    /** Marks the state used, or refuses one that is. */
    void use(AuthorizationState state) {
        if (used.asMap().putIfAbsent(state.id(), true) != null) {
            throw new BrokerException(
                    ProblemType.INVALID_STATE,
                    "This state has been completed already. List the accounts to see what became of it, or start again.");
        }
    }

    /** For a completion that never began. */
    void giveBack(AuthorizationState state) {
        used.invalidate(state.id());
    }
}
