package io.tokenbroker.mint;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How mints end, as the counter {@code broker.mints}: {@code outcome} is a token's source or a problem's code. Accounts
 * and clients are not in it, so it stays small and tells nobody anything.
 */
@Singleton
class MintMetrics {

    private final MeterRegistry registry;
    private final ConcurrentMap<String, Counter> counters = new ConcurrentHashMap<>();

    MintMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Runs a mint and counts its end, a refusal too. */
    CompletionStage<Minted> counted(Supplier<CompletionStage<Minted>> mint) {
        try {
            return mint.get().whenComplete((minted, failure) -> count(outcome(minted, failure)));
        } catch (BrokerException refused) {
            count(refused.type().code());
            throw refused;
        }
    }

    /** Runs what comes before a mint and counts a refusal. */
    void refusalCounted(Runnable before) {
        try {
            before.run();
        } catch (BrokerException refused) {
            count(refused.type().code());
            throw refused;
        }
    }

    private static String outcome(@Nullable Minted minted, @Nullable Throwable failure) {
        return minted == null ? codeOf(failure).code() : minted.source().name().toLowerCase(Locale.ROOT);
    }

    /** Counts a mint that ended in a token. */
    void count(Minted minted) {
        count(outcome(minted, null));
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

    /** What is thrown on another thread arrives wrapped. */
    private static ProblemType codeOf(@Nullable Throwable failure) {
        var cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        return cause instanceof BrokerException problem ? problem.type() : ProblemType.INTERNAL_ERROR;
    }
}
