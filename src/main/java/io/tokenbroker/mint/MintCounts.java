package io.tokenbroker.mint;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tokenbroker.audit.Origin.Door;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.refresh.AccessToken.Minted;
import io.tokenbroker.refresh.AccessToken.Minted.Source;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Counts mints by door, provider, outcome and source as {@code broker.mints}. Only usable providers have a label of their
 * own, so that no caller makes one up.
 */
@Singleton
class MintCounts {

    private static final String MINTED = "minted";
    private static final String NONE = "none";
    private static final String UNKNOWN = "unknown";
    private static final Set<Door> DOORS = EnumSet.complementOf(EnumSet.of(Door.KEEP_ALIVE));

    private final Providers providers;
    private final MeterRegistry metrics;
    private final Timer uncached;

    /** Of each provider, by door and source: what a cached mint looks up. */
    private final ConcurrentMap<UUID, OfProvider> minted = new ConcurrentHashMap<>();

    private final ConcurrentMap<Refused, Counter> refused = new ConcurrentHashMap<>();

    MintCounts(Providers providers, MeterRegistry metrics) {
        this.providers = providers;
        this.metrics = metrics;
        this.uncached = Timer.builder("broker.mints.uncached")
                .description("How long mints took that memory could not answer.")
                .serviceLevelObjectives(Stream.of(25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000)
                        .map(Duration::ofMillis)
                        .toArray(Duration[]::new))
                .register(metrics);
    }

    void minted(Door door, AccountId account, Minted token) {
        // Most are there: a look takes no lock, which computing may.
        var known = minted.get(account.providerId());
        var counters = known == null ? minted.computeIfAbsent(account.providerId(), this::countersOf) : known;
        counters.of(door, token.source()).increment();
    }

    /** @param account empty if none was named, or what was named is none */
    void refused(Door door, Optional<AccountId> account, ProblemType type, int mints) {
        refused.computeIfAbsent(
                        new Refused(door, label(account), type),
                        key -> counter(key.door, key.provider, key.type.code(), NONE))
                .increment(mints);
    }

    /** The result of the work, which is what a mint takes that memory cannot answer. */
    <T> T timed(Supplier<T> work) {
        return uncached.record(work);
    }

    private String label(Optional<AccountId> account) {
        return account.map(AccountId::providerId)
                .flatMap(providers::remembered)
                .map(provider -> provider.id().toString())
                .orElse(UNKNOWN);
    }

    private OfProvider countersOf(UUID provider) {
        var ofDoors = new EnumMap<Door, Map<Source, Counter>>(Door.class);
        for (var door : DOORS) {
            var ofSources = new EnumMap<Source, Counter>(Source.class);
            for (var source : Source.values()) {
                ofSources.put(source, counter(door, provider.toString(), MINTED, source.word));
            }
            ofDoors.put(door, ofSources);
        }
        return new OfProvider(ofDoors);
    }

    private Counter counter(Door door, String provider, String outcome, String source) {
        return Counter.builder("broker.mints")
                .description("Mints: minted, with the token's source, or the code of the problem.")
                .tag("door", door.word)
                .tag("provider", provider)
                .tag("outcome", outcome)
                .tag("source", source)
                .register(metrics);
    }

    /** Counters of minted tokens: one for each door and source. */
    private record OfProvider(Map<Door, Map<Source, Counter>> counters) {

        Counter of(Door door, Source source) {
            return requireNonNull(requireNonNull(counters.get(door)).get(source));
        }
    }

    private record Refused(Door door, String provider, ProblemType type) {}
}
