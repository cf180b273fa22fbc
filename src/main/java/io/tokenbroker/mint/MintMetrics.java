package io.tokenbroker.mint;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * How mints end, as the counter {@code broker.mints}: {@code outcome} is a token's source or a problem's code. Accounts
 * and clients are not in it, so it stays small and tells nobody anything.
 */
@ApplicationScoped
class MintMetrics {

    private final MeterRegistry registry;
    private final ConcurrentMap<String, Counter> counters = new ConcurrentHashMap<>();

    MintMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Runs a mint and counts its end, a refusal too. */
    Uni<Minted> counted(Supplier<Uni<Minted>> mint) {
        return Uni.createFrom()
                .<Minted>deferred(mint::get)
                .onItem()
                .invoke(minted -> count(minted.source().name().toLowerCase(Locale.ROOT)))
                .onFailure()
                .invoke(failure -> count(codeOf(failure).code()));
    }

    private void count(String outcome) {
        counters.computeIfAbsent(
                        outcome,
                        name -> Counter.builder("broker.mints")
                                .description("Mints by outcome: the token's source, or the problem's code.")
                                .tag("outcome", name)
                                .register(registry))
                .increment();
    }

    private static ProblemType codeOf(Throwable failure) {
        return failure instanceof BrokerException problem ? problem.type() : ProblemType.INTERNAL_ERROR;
    }
}
