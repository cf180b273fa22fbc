package io.tokenbroker.ops;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.Startup;
import io.quarkus.scheduler.Scheduled;
import io.tokenbroker.database.Database;
import io.tokenbroker.grant.UnstoredTokens;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.tenant.HeldBack.RefusedClients;
import io.tokenbroker.tenant.RefreshGrants;
import io.tokenbroker.tenant.TokenEndpoint;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.eclipse.microprofile.health.Readiness;

/** Gauges of how broker, store and providers stand. A scrape reads them from memory. */
@Startup
@Singleton
class StateGauges {

    private final Providers providers;
    private final RefreshGrants grants;
    private final RefusedClients refusedClients;
    private final MultiGauge circuits;
    private final MultiGauge refused;

    StateGauges(
            MeterRegistry metrics,
            @Readiness Instance<HealthCheck> checks,
            Database database,
            UnstoredTokens unstored,
            Providers providers,
            RefreshGrants grants,
            RefusedClients refusedClients) {
        this.providers = providers;
        this.grants = grants;
        this.refusedClients = refusedClients;
        gauge("broker.ready", "Whether the broker is ready.", () -> isReady(checks) ? 1 : 0, metrics);
        gauge("broker.store.answers", "Whether the store answers.", () -> database.isAway() ? 0 : 1, metrics);
        gauge("broker.store.unstored.tokens", "Refresh tokens that wait for the store.", unstored::size, metrics);
        gauge("broker.providers.usable", "Providers in use.", () -> usable().size(), metrics);
        this.circuits = MultiGauge.builder("broker.circuit.open")
                .description("Whether an upstream is asked by trials only, since it does not answer.")
                .register(metrics);
        this.refused = MultiGauge.builder("broker.provider.refused")
                .description("Whether the tenant does not accept the client.")
                .register(metrics);
    }

    /** Providers come and go. */
    @Scheduled(every = "30s", delayed = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void nameProviders() {
        circuits.register(rows(Tags.of("upstream", "provider"), grants::isCutOff), true);
        refused.register(
                rows(Tags.empty(), client -> refusedClients.known(client).isPresent()), true);
    }

    private List<Row<?>> rows(Tags tags, Predicate<TokenEndpoint> is) {
        return usable().stream()
                .<Row<?>>map(provider -> row(tags, provider, is))
                .toList();
    }

    private static Row<?> row(Tags tags, Provider provider, Predicate<TokenEndpoint> is) {
        return Row.of(tags.and("provider", provider.id().toString()), () -> is.test(provider.tokenEndpoint()) ? 1 : 0);
    }

    private List<Provider> usable() {
        return List.copyOf(providers.known().usable().values());
    }

    private static boolean isReady(Instance<HealthCheck> checks) {
        return checks.stream().allMatch(check -> check.call().getStatus() == Status.UP);
    }

    private static void gauge(String name, String description, Supplier<Number> value, MeterRegistry metrics) {
        Gauge.builder(name, value).description(description).register(metrics);
    }
}
