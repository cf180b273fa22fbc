package io.tokenbroker.mint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.mint.MintRequest.Ask;
import io.tokenbroker.mint.MintService.Begun;
import io.tokenbroker.policy.RequestRate.Taken;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.refresh.AccessToken;
import io.tokenbroker.refresh.AccessToken.Minted;
import io.tokenbroker.upstream.Bulkhead.CurrentCaller;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What every front door asks for a token. Takes the client's rate and counts how each mint ends. A hit is answered on the
 * caller's thread, the event loop; a miss gets a thread of its own.
 */
@Singleton
public class Mints {

    private final MintService service;
    private final MeterRegistry metrics;
    private final ExecutorService threads;

    /** By outcome: a token's source, or a problem's code. */
    private final ConcurrentMap<String, Counter> counters = new ConcurrentHashMap<>();

    Mints(MintService service, MeterRegistry metrics, @VirtualThreads ExecutorService threads) {
        this.service = service;
        this.metrics = metrics;
        this.threads = threads;
    }

    /** Takes the rate of one mint; a door may have work to do before it knows what to ask for. */
    public Admission admit(Caller.Client client) {
        return refusalCounted(() -> {
            client.policy().rate().take();
            return new Admission(client);
        });
    }

    /**
     * Takes the rate of several mints: the first are admitted, the others refused as one, so that they cost little.
     *
     * @throws BrokerException if none is admitted
     */
    Admitted admit(Caller.Client client, int mints) {
        var taken = client.policy().rate().take(mints);
        taken.refusal().ifPresent(refused -> count(refused.type().code(), mints - taken.count()));
        taken.requireSome();
        return new Admitted(new Admission(client), taken);
    }

    /** Of several mints the admission that those share which the rate has let pass. */
    record Admitted(Admission admission, Taken mints) {}

    /**
     * Begins a mint that has not been admitted, and admits it if memory has the token. A refusal is not counted: the mint
     * comes again through REST. Never blocks.
     */
    Begun begin(Caller.Client client, String id, MintRequest request) {
        var begun = service.begin(Ask.of(client, id, request, Optional.empty()));
        begun.minted().ifPresent(minted -> {
            client.policy().rate().take();
            count(minted, null);
        });
        return begun;
    }

    private <T> T refusalCounted(Supplier<T> part) {
        try {
            return part.get();
        } catch (BrokerException refused) {
            count(null, refused);
            throw refused;
        }
    }

    /** What is thrown on another thread arrives wrapped. */
    private void count(@Nullable Minted minted, @Nullable Throwable failure) {
        if (minted != null) {
            count(minted.source().word, 1);
            return;
        }
        var cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        count((cause instanceof BrokerException problem ? problem.type() : ProblemType.INTERNAL_ERROR).code(), 1);
    }

    private void count(String outcome, int mints) {
        counters.computeIfAbsent(
                        outcome,
                        name -> Counter.builder("broker.mints")
                                .description("Mints by outcome: the token's source, or the problem's code.")
                                .tag("outcome", name)
                                .register(metrics))
                .increment(mints);
    }

    /** A mint that the client's rate has let pass. */
    public final class Admission {

        private final Caller.Client admitted;

        private Admission(Caller.Client admitted) {
            this.admitted = admitted;
        }

        /** What a door must look up before it can mint. It may block, and calls upstreams in the client's name. */
        public <T> CompletionStage<T> lookUp(Supplier<T> work) {
            return CompletableFuture.supplyAsync(() -> CurrentCaller.call(admitted.turn(), work::get), threads);
        }

        /**
         * The token.
         *
         * @param client that was admitted; it may have shown a user's token since
         * @param id as the caller wrote it; what is no account's id is not found
         */
        public CompletionStage<Minted> mint(Caller.Client client, String id, MintRequest request) {
            return mintInsteadOf(Optional.empty(), client, id, request);
        }

        /**
         * The same, but no token that its resource has rejected. That one is dropped from the cache, at the cost of a
         * forced refresh.
         */
        public CompletionStage<Minted> mintInsteadOf(
                Optional<Predicate<AccessToken>> rejected, Caller.Client client, String id, MintRequest request) {
            return finish(refusalCounted(() -> service.begin(Ask.of(client, id, request, rejected))));
        }

        /** The same for a mint that has been begun. */
        CompletionStage<Minted> finish(Begun begun) {
            return begun.minted()
                    .map(CompletableFuture::completedStage)
                    .orElseGet(() -> lookUp(() -> service.finish(begun)))
                    .whenComplete(Mints.this::count);
        }
    }

    /** The answer to a mint. It writes itself: by far the most frequent answer, and its longest part is written already. */
    record TokenAnswer(String accountId, Minted minted, long expiresIn) {

        static TokenAnswer of(String accountId, Minted minted, Instant now) {
            return new TokenAnswer(accountId, minted, minted.token().expiresIn(now));
        }

        /** An account's id is ASCII and needs no escaping. */
        Buffer written() {
            var beginning = minted.token().answer().bytes();
            var rest = ",\"source\":\"" + minted.source().word + "\",\"account_id\":\"" + accountId
                    + "\",\"expires_in\":" + expiresIn + "}";
            return Buffer.buffer(beginning.length + rest.length())
                    .appendBytes(beginning)
                    .appendBytes(rest.getBytes(US_ASCII));
        }

        @JsonValue
        @JsonRawValue
        String json() {
            return written().toString(UTF_8);
        }
    }
}
