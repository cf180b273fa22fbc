package io.tokenbroker.settings;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Weigher;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Makes the caches that hold what callers and upstreams send. Each has a fixed share of {@code broker.memory.caches}, and
 * drops what is used least when that is full. Entries are weighed when they are put, so reading costs nothing more.
 */
@Singleton
public class CacheBudget {

    private final long bytes;
    private final MeterRegistry metrics;

    @Inject
    CacheBudget(BrokerSettings settings, MeterRegistry metrics) {
        this(settings.memory().caches(), metrics);
    }

    public CacheBudget(long bytes, MeterRegistry metrics) {
        this.bytes = bytes;
        this.metrics = metrics;
    }

    /** The caches, each with its part of the budget in percent. */
    public enum Share {
        ACCESS_TOKENS(40),
        LINKS(23),
        MISSED_LINKS(2),
        LINK_OWNERS(5),
        USERS(3),
        REFUSALS(8),
        CALLERS(5),
        READS_AHEAD(4),
        RENEWALS_AHEAD(4),
        USED_STATES(3),
        RESOLVED_LINKS(3);

        private final int percent;

        Share(int percent) {
            this.percent = percent;
        }
    }

    /**
     * Builds a cache, and metrics of how full it is.
     *
     * @param bytes about how much an entry takes, key, value and what Caffeine adds
     */
    public <A, B, K extends A, V extends B> Cache<K, V> cache(
            Share share, Caffeine<A, B> caffeine, Weigher<K, V> bytes) {
        var limit = this.bytes / 100 * share.percent;
        Cache<K, V> cache = caffeine
                // A wake-up of another thread costs more than its work.
                .executor(Runnable::run)
                .maximumWeight(limit)
                .weigher(bytes)
                .build();
        gauge("broker.cache.limit.bytes", "How much the cache may hold.", share, cache, any -> limit);
        gauge("broker.cache.bytes", "How much the cache holds, about.", share, cache, CacheBudget::weight);
        return cache;
    }

    private <T> void gauge(String name, String description, Share share, T of, ToDoubleFunction<T> value) {
        Gauge.builder(name, of, value)
                .description(description)
                .tag("cache", share.name().toLowerCase(Locale.ROOT))
                .register(metrics);
    }

    private static double weight(Cache<?, ?> cache) {
        return cache.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
    }
}
