package io.tokenbroker.account;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One writer at a time for the links of one user at one provider in this process: Complete, resolve, unlink and the
 * keeping of a rotated token exclude each other, for each of them reads, thinks and writes. It spares work; what keeps
 * other processes out as well are {@link Claims}. Upstream calls are made while holding it; no other lock is taken then.
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

    /** The same, unless somebody is at it: then nothing. Does not wait. */
    public <T> Optional<T> ifFree(UUID userId, UUID providerId, Supplier<T> work) {
        return within(Duration.ZERO, userId, providerId, work);
    }

    /** The same, unless others are at it for longer than {@code patience}: then nothing. */
    public <T> Optional<T> within(Duration patience, UUID userId, UUID providerId, Supplier<T> work) {
        var lock = locks.get(new Key(userId, providerId));
        if (!isTaken(lock, patience)) {
            return Optional.empty();
        }
        try {
            return Optional.of(work.get());
        } finally {
            lock.unlock();
        }
    }

    private static boolean isTaken(ReentrantLock lock, Duration patience) {
        try {
            return lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private record Key(UUID userId, UUID providerId) {}
}
