package io.tokenbroker.link;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One at a time in this process for the links of one user at one provider: complete, resolve and unlink each read the links,
 * decide, and write. Upstream calls are made while holding the lock. A refresh's locks are taken inside it, never the other way round.
 */
@ApplicationScoped
public class AccountLocks {

    private final LoadingCache<Key, ReentrantLock> locks =
            Caffeine.newBuilder().weakValues().build(key -> new ReentrantLock());

    /** Runs {@code work} as the only one for this user and provider. Blocks. */
    public <T> T exclusively(UUID userId, UUID providerId, Supplier<T> work) {
        var lock = locks.get(new Key(userId, providerId));
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private record Key(UUID userId, UUID providerId) {}
}
