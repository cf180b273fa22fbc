package io.tokenbroker.start;

import io.tokenbroker.problem.ClaimsRequest;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the settings ask of every sign-in at a provider, such as a second factor, beside what the caller asks of this one. */
@Singleton
class SignInDemands {

    private final Map<UUID, BrokerSettings.Linking> demands;

    SignInDemands(BrokerSettings settings) {
        demands = settings.providers().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        entry -> BrokerSettings.Provider.id(entry.getKey()),
                        entry -> entry.getValue().linking()));
    }

    /** The caller's come from a refusal, which says what would do now: where both ask for one claim, the caller's count. */
    @Nullable
    String claims(UUID provider, @Nullable String asked) {
        var demanded = of(provider).flatMap(BrokerSettings.Linking::claims);
        return asked == null
                ? demanded.orElse(null)
                : demanded.map(claims -> ClaimsRequest.merged(claims, asked)).orElse(asked);
    }

    @Nullable
    String acrValues(UUID provider) {
        return of(provider).flatMap(BrokerSettings.Linking::acrValues).orElse(null);
    }

    private Optional<BrokerSettings.Linking> of(UUID provider) {
        return Optional.ofNullable(demands.get(provider));
    }
}
