package io.tokenbroker.mint;

import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;

/**
 * What every front door asks for a token: one after the rate is taken, counted whichever way it ends. A hit is answered on
 * the caller's own thread, the event loop; only what must ask an upstream gets a thread of its own.
 */
@Singleton
public class Mints {

    private final MintService service;
    private final MintMetrics metrics;
    private final ExecutorService threads;

    Mints(MintService service, MintMetrics metrics, @VirtualThreads ExecutorService threads) {
        this.service = service;
        this.metrics = metrics;
        this.threads = threads;
    }

    /** @param id as the caller wrote it; what is no account's id is not found */
    public CompletionStage<Minted> mint(Caller.Client client, String id, MintRequest request) {
        return admit(client).mint(client, id, request);
    }

    /**
     * The same, but from the cache no token that its resource has rejected. That one is dropped, for which the client has
     * the budget of who insists on a new token.
     */
    public CompletionStage<Minted> mintInsteadOf(
            Optional<Predicate<AccessToken>> rejected, Caller.Client client, String id, MintRequest request) {
        return admit(client).mint(client, id, request, rejected);
    }

    /** Takes the rate of one mint, for a door that has work to do before it knows what to ask for. */
    public Admission admit(Caller.Client client) {
        metrics.refusalCounted(client.policy().rate()::take);
        return new Admission();
    }

    private CompletionStage<Minted> minted(
            Caller.Client client, String id, MintRequest request, Optional<Predicate<AccessToken>> rejected) {
        var account = AccountId.parse(id).orElseThrow(Accounts::notFound);
        return service.fromMemory(client, account, request)
                .filter(minted ->
                        rejected.filter(one -> one.test(minted.token())).isEmpty())
                .map(CompletableFuture::completedStage)
                .orElseGet(() ->
                        CompletableFuture.supplyAsync(() -> service.mint(client, account, request, rejected), threads));
    }

    /** A mint that the client's rate has let pass. */
    public final class Admission {

        private Admission() {}

        /** As {@link Mints#mint}; the client may have shown a user's token since. */
        public CompletionStage<Minted> mint(Caller.Client client, String id, MintRequest request) {
            return mint(client, id, request, Optional.empty());
        }

        private CompletionStage<Minted> mint(
                Caller.Client client, String id, MintRequest request, Optional<Predicate<AccessToken>> rejected) {
            return metrics.counted(() -> minted(client, id, request, rejected));
        }
    }
}
