package io.tokenbroker.caller;

import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.problem.BrokerException;
import jakarta.inject.Singleton;
import java.security.Key;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.UnresolvableKeyException;

/** {@link SigningKeys} for FusionAuth's webhooks, which wait for two seconds, and not for a JWKS that hangs. */
@Singleton
public class WebhookKeys {

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final SigningKeys keys;
    private final ExecutorService threads;

    private CompletableFuture<Void> asking = CompletableFuture.completedFuture(null);

    WebhookKeys(SigningKeys keys, @VirtualThreads ExecutorService threads) {
        this.keys = keys;
        this.threads = threads;
    }

    /**
     * The key that this webhook names. If it is known, however long, it is taken as it is and read again meanwhile; if not,
     * this blocks for a second at most.
     *
     * @throws UnresolvableKeyException if FusionAuth does not have it, or it is not for this algorithm
     * @throws BrokerException if FusionAuth has not said in time whether it has
     */
    public Key resolve(JsonWebSignature webhook) throws UnresolvableKeyException {
        if (keys.isKnown(webhook.getKeyIdHeaderValue())) {
            if (keys.isOld()) {
                var _ = ask();
            }
            return keys.known(webhook, false);
        }
        var isAnswered = ask().thenApply(asked -> true)
                .completeOnTimeout(false, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        return keys.known(webhook, !isAnswered || keys.isAway());
    }

    /** One request for all webhooks. */
    private synchronized CompletableFuture<Void> ask() {
        if (asking.isDone()) {
            asking = CompletableFuture.runAsync(keys::askInTurn, threads);
        }
        return asking;
    }
}
