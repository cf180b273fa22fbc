package io.tokenbroker.mint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.MintRequest.Ask;
import io.tokenbroker.mint.MintService.Begun;
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
 * What every front door asks for a token. Takes the client's rate and counts how each mint ends. A hit is answered on the
 * caller's thread, the event loop; a miss gets a thread of its own.
 */
@Singleton
public class Mints {

    private final MintService service;
    private final MintCounts counts;
    private final ExecutorService threads;

    Mints(MintService service, MintCounts counts, @VirtualThreads ExecutorService threads) {
        this.service = service;
        this.counts = counts;
        this.threads = threads;
    }

    /** Takes the rate of one mint; a door may have work to do before it knows what to ask for. */
    public Admission admit(Door door, Caller.Client client) {
        return refusalCounted(door, Optional.empty(), () -> {
            client.policy().rate().take();
            return new Admission(door, client);
        });
    }

    /** Takes the rate of several mints: the first of them are admitted, the others refused as one, so that they cost little. */
    AdmittedOf admit(Door door, Caller.Client client, int mints) {
        return refusalCounted(door, Optional.empty(), () -> {
            var taken = client.policy().rate().take(mints);
            taken.refusal()
                    .ifPresent(
                            refusal -> counts.refused(door, Optional.empty(), refusal.type(), mints - taken.count()));
            return new AdmittedOf(taken.count(), new Admission(door, client), taken.refusal());
        });
    }

    /** How many of several mints are admitted, and why the others are not. */
    record AdmittedOf(int count, Admission admission, Optional<BrokerException> refusal) {}

    /**
     * Begins a mint that has not been admitted, and admits it if memory has the token. A refusal is not counted: the mint
     * comes again through REST. Never blocks.
     */
    Begun begin(Caller.Client client, String id, MintRequest request) {
        var begun = service.begin(Ask.of(client, id, request, Optional.empty()));
        begun.minted().ifPresent(minted -> {
            client.policy().rate().take();
            counts.minted(Door.REST, begun.ask().account(), minted);
        });
        return begun;
    }

    private <T> T refusalCounted(Door door, Optional<AccountId> account, Supplier<T> part) {
        try {
            return part.get();
        } catch (BrokerException refused) {
            counts.refused(door, account, refused.type(), 1);
            throw refused;
        }
    }

    /** A mint that the client's rate has let pass. */
    public final class Admission {

        private final Door door;
        private final Caller.Client admitted;

        private Admission(Door door, Caller.Client admitted) {
            this.door = door;
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
            return finish(refusalCounted(
                    door, AccountId.parse(id), () -> service.begin(Ask.of(client, id, request, rejected))));
        }

        /** The same for a mint that has been begun. */
        CompletionStage<Minted> finish(Begun begun) {
            return begun.minted()
                    .map(CompletableFuture::completedStage)
                    .orElseGet(() -> lookUp(() -> counts.timed(() -> service.finish(begun))))
                    .whenComplete(
                            (minted, failure) -> counts.ended(door, begun.ask().account(), minted, failure));
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
