package io.tokenbroker.grant;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.tokenbroker.database.Database;
import io.tokenbroker.grant.GrantStore.Held;
import io.tokenbroker.grant.GrantStore.Target;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.time.Time.Sleeper;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.logging.Logger;

/**
 * Refresh tokens that are spent by their use and that the store did not take: the only good ones there are. Tried again
 * each second, before any use of their account, and when the broker stops.
 */
@Singleton
public class UnstoredTokens {

    private static final Logger LOG = Logger.getLogger(UnstoredTokens.class);
    private static final int SECONDS_AT_THE_END = 30;

    private final GrantStore store;
    private final Clock clock;
    private final Sleeper sleeper;
    private final ConcurrentMap<AccountId, Unstored> tokens = new ConcurrentHashMap<>();

    UnstoredTokens(GrantStore store, Clock clock, Sleeper sleeper) {
        this.store = store;
        this.clock = clock;
        this.sleeper = sleeper;
    }

    /** What a refresh gave, and the lease to store it by, which lasts until another attempt takes the row. */
    record Unstored(Held held, Secret refreshToken, Optional<Target> shared) {

        AccountId account() {
            return held.signIn().account();
        }
    }

    /** False if the row is another's by now. A try whose answer was lost is recognized by what it has stored. */
    boolean store(Unstored token) {
        return store.keep(token.held(), token.refreshToken(), token.shared(), clock.instant())
                || store.holds(token.account(), token.refreshToken());
    }

    void put(Unstored token) {
        tokens.put(token.account(), token);
        LOG.warnf("The new refresh token of account %s waits in memory for the store", token.account());
    }

    /** How many wait. */
    public int size() {
        return tokens.size();
    }

    /** Stores what waits of this account; false if it still does. */
    boolean isStored(AccountId id) {
        var token = tokens.get(id);
        return token == null || tryToStore(token);
    }

    void tryEachSecond(@Observes StartupEvent start, Database database) {
        database.eachSecond(() -> {
            // While it is away, more callers than the probe would make the pool's pauses longer.
            if (!database.isAway()) {
                storeAll();
            }
        });
    }

    /** Stores what waits, as long as the store answers. Returns how many still do. */
    public int storeAll() {
        for (var token : tokens.values()) {
            if (!tryToStore(token) && store.answeringFor().isZero()) {
                break;
            }
        }
        return tokens.size();
    }

    private boolean tryToStore(Unstored token) {
        try {
            LOG.infof("Account %s: %s", token.account(), store(token) ? "stored at last" : "another sign-in, dropped");
            tokens.remove(token.account(), token);
            return true;
        } catch (RuntimeException e) {
            LOG.debugf(e, "Account %s: not stored yet", token.account());
            return false;
        }
    }

    /** After the last refresh. */
    void storeRest(@Observes @Priority(4_000) ShutdownEvent stopping) {
        for (var second = 0; second < SECONDS_AT_THE_END && storeAll() > 0; second++) {
            sleeper.sleep(Duration.ofSeconds(1));
        }
        tokens.keySet().forEach(id -> LOG.errorf("The refresh token of account %s was not stored and is lost", id));
    }
}
