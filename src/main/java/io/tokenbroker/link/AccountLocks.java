package io.tokenbroker.link;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Complete, resolve and unlink each read the links, decide, and write: one at a time in this process for one user at one
 * provider. Upstream calls run under the lock. A refresh takes its locks inside it.
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
