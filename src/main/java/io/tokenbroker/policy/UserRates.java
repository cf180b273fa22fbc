package io.tokenbroker.policy;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/** The request rate of each user. */
@Singleton
public class UserRates {

    /** A bucket that was left alone for a minute is full, so forgetting it changes nothing. */
    private static final Duration FULL_AGAIN = Duration.ofMinutes(1);

    private final LoadingCache<UUID, RequestRate> rates;

    UserRates(BrokerSettings settings, Clock clock) {
        var limit = settings.users().requestsPerMinute();
        this.rates = Caffeine.newBuilder()
                .maximumSize(20_000)
                .expireAfterAccess(FULL_AGAIN)
                .build(user -> RequestRate.ofUser(limit, clock));
    }

    public RequestRate of(UUID user) {
        return rates.get(user);
    }
}
