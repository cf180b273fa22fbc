package io.tokenbroker.mint;

import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;

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
        return metrics.counted(() -> minted(client, id, request));
    }

    private CompletionStage<Minted> minted(Caller.Client client, String id, MintRequest request) {
        client.policy().rate().take();
        var account = AccountId.parse(id).orElseThrow(Accounts::notFound);
        return service.fromMemory(client, account, request)
                .map(CompletableFuture::completedStage)
                .orElseGet(() -> CompletableFuture.supplyAsync(() -> service.mint(client, account, request), threads));
    }
}
