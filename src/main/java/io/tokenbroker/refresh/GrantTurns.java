package io.tokenbroker.refresh;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.tokenbroker.token.TokenSpec;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** One refresh at a time for a grant in this process: the others need not ask the store for their turn. */
@Singleton
class GrantTurns {

    private final LoadingCache<TokenSpec.Grant, ReentrantLock> locks =
            Caffeine.newBuilder().weakValues().build(grant -> new ReentrantLock());

    Turn of(TokenSpec.Grant grant) {
        return new Turn(locks.get(grant));
    }

    /** A turn that is taken or not; it ends with the refresh. */
    static final class Turn implements AutoCloseable {

        private final ReentrantLock lock;

        private Turn(ReentrantLock lock) {
            this.lock = lock;
        }

        /** Takes the turn if it is free, or taken by this refresh already. */
        boolean take() {
            return lock.isHeldByCurrentThread() || lock.tryLock();
        }

        /** Takes the turn; false if it does not come in so long. Blocks. */
        boolean await(Duration patience) {
            try {
                return lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public void close() {
            if (lock.isHeldByCurrentThread()) {
                lock.unlock();
            }
        }
    }
}
