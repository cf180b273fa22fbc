package io.tokenbroker.mint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.audit.Origin;
import io.tokenbroker.audit.Origin.Door;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.mint.MintRequest.Ask;
import io.tokenbroker.mint.MintService.Begun;
import io.tokenbroker.policy.RequestRate.Taken;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.refresh.AccessToken;
import io.tokenbroker.refresh.AccessToken.Minted;
import io.tokenbroker.upstream.Bulkhead.CurrentCaller;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What every front door asks for a token. Takes the client's rate, and has it told how each mint ends. A hit is answered on
 * the caller's thread, the event loop; a miss gets a thread of its own.
 */
@Singleton
public class Mints {

    private final MintService service;
    private final MintLog log;
    private final ExecutorService threads;

    Mints(MintService service, MintLog log, @VirtualThreads ExecutorService threads) {
        this.service = service;
        this.log = log;
        this.threads = threads;
    }

    /** Takes the rate of one mint; a door may have work to do before it knows what to ask for. */
    public Admission admit(Caller.Client client, Origin origin) {
        return refusalCounted(origin, () -> {
            client.policy().rate().take();
            return new Admission(client, origin);
        });
    }

    /**
     * Takes the rate of several mints: the first are admitted, the others refused as one, so that they cost little.
     *
     * @throws BrokerException if none is admitted
     */
    Admitted admit(Caller.Client client, Origin origin, int mints) {
        var taken = client.policy().rate().take(mints);
        taken.refusal().ifPresent(refused -> log.refusedByRate(origin, client, refused, mints - taken.count()));
        taken.requireSome();
        return new Admitted(() -> new Admission(client, origin.ofItem()), taken);
    }

    /** Of several mints an admission for each that the rate has let pass. */
    record Admitted(Supplier<Admission> admission, Taken mints) {}

    /** Begins a mint that has not been admitted. A refusal is not told of: the mint comes again through REST. Never blocks. */
    Begun begin(Caller.Client client, String id, MintRequest request) {
        return service.begin(Ask.of(client, id, request, Optional.empty()));
    }

    /**
     * Admits a mint that memory has answered and a counter tells of.
     *
     * @return whether that is so; if not, it is REST's to finish
     */
    boolean admitHit(Begun begun) {
        var counter = log.counter(begun.ask(), begun.issued(), Door.REST);
        if (counter.isEmpty()) {
            return false;
        }
        begun.ask().client().policy().rate().take();
        log.hit(counter.get(), Door.REST, begun.issued().orElseThrow());
        return true;
    }

    private <T> T refusalCounted(Origin origin, Supplier<T> part) {
        try {
            return part.get();
        } catch (BrokerException refused) {
            log.count(origin, refused);
            throw refused;
        }
    }

    /** A mint that the client's rate has let pass. */
    public final class Admission {

        private final Caller.Client admitted;
        private final Origin origin;

        private Admission(Caller.Client admitted, Origin origin) {
            this.admitted = admitted;
            this.origin = origin;
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
            var ask = refusalCounted(origin, () -> Ask.of(client, id, request, rejected));
            return finish(refusalTold(ask, () -> service.begin(ask)));
        }

        /** The same for a mint that has been begun. */
        CompletionStage<Minted> finish(Begun begun) {
            var counter = log.counter(begun.ask(), begun.issued(), origin.door());
            if (counter.isEmpty()) {
                return lookUp(() -> refusalTold(begun.ask(), () -> issued(begun)));
            }
            var issued = begun.issued().orElseThrow();
            log.hit(counter.get(), origin.door(), issued);
            return CompletableFuture.completedStage(issued.minted());
        }

        private Minted issued(Begun begun) {
            var issued = begun.issued().orElseGet(() -> log.timed(() -> service.finish(begun)));
            log.issued(origin, begun.ask(), issued);
            return issued.minted();
        }

        private <T> T refusalTold(Ask ask, Supplier<T> part) {
            try {
                return part.get();
            } catch (RuntimeException refused) {
                log.refused(origin, ask, refused);
                throw refused;
            }
        }

        /** Tells of a refusal that does not leave as an answer of its own, unless it has been told of. */
        void refused(String code) {
            log.refused(origin, admitted, code);
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
