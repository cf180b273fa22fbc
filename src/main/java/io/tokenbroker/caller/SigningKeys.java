package io.tokenbroker.caller;

import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.FusionAuthSettings;
import io.tokenbroker.time.Time.Window;
import io.tokenbroker.upstream.OutboundProxy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.security.Key;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jose4j.http.Get;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.VerificationJwkSelector;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * The keys that FusionAuth signs with, from its JWKS. Read again when they are old, or when a token names an unknown key:
 * then at most twice a second for all tokens. Known keys stay good through an outage.
 */
@ApplicationScoped
public class SigningKeys implements VerificationKeyResolver {

    private static final Logger LOG = Logger.getLogger(SigningKeys.class);
    private static final Duration FRESH = Duration.ofMinutes(10);

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);

    private static final VerificationJwkSelector SELECTOR = new VerificationJwkSelector();

    private final String location;
    private final Get http = new Get();
    private final Clock clock;

    /** Held during a request; readers take {@link #known} as it is. */
    private final ReentrantLock asking = new ReentrantLock();

    /** How many requests have begun. */
    private final AtomicLong begun = new AtomicLong();

    private volatile Known known = new Known(List.of(), Instant.MIN, Instant.MIN, false);

    SigningKeys(BrokerSettings settings, OutboundProxy proxy, Clock clock) {
        this.location = location(settings.fusionauth());
        this.clock = clock;
        http.setConnectTimeout(3_000);
        http.setReadTimeout(5_000);
        http.setRetries(1);
        proxy.on(URI.create(location)).map(OutboundProxy.Address::proxy).ifPresent(http::setHttpProxy);
    }

    /**
     * The key of this token. May block.
     *
     * @throws UnresolvableKeyException if FusionAuth does not have it
     * @throws BrokerException if FusionAuth cannot be asked whether it has
     */
    @Override
    public Key resolveKey(JsonWebSignature token, List<JsonWebStructure> nesting) throws UnresolvableKeyException {
        if (isOld()) {
            askUnlessAsking();
        }
        var key = select(token);
        if (key.isEmpty()) {
            askFor(token);
            key = select(token);
        }
        return found(key, known.isAway());
    }

    /** As it is known, without asking: {@link UnresolvableKeyException} if it is not, or not for this algorithm. */
    Key known(JsonWebSignature token, boolean isAway) throws UnresolvableKeyException {
        return found(select(token), isAway);
    }

    boolean isKnown(String id) {
        return known.keys().stream().anyMatch(key -> id.equals(key.getKeyId()));
    }

    boolean isOld() {
        return isOlderThan(FRESH, known.readAt());
    }

    boolean isAway() {
        return known.isAway();
    }

    private static Key found(Optional<JsonWebKey> key, boolean isAway) throws UnresolvableKeyException {
        if (key.isEmpty() && isAway) {
            throw new BrokerException(
                            ProblemType.FUSIONAUTH_UNAVAILABLE,
                            "FusionAuth's signing keys cannot be fetched, so no new token can be checked. Try again later.")
                    .withRetryAfter(PAUSE_AFTER_FAILURE);
        }
        return key.orElseThrow(() -> new UnresolvableKeyException("FusionAuth has no such key"))
                .getKey();
    }

    private Optional<JsonWebKey> select(JsonWebSignature token) throws UnresolvableKeyException {
        try {
            return Optional.ofNullable(SELECTOR.select(token, known.keys()));
        } catch (JoseException e) {
            throw new UnresolvableKeyException("The token's header does not fit any key", e);
        }
    }

    private void askUnlessAsking() {
        if (asking.tryLock()) {
            try {
                ask();
            } finally {
                asking.unlock();
            }
        }
    }

    /** Waits for its turn. */
    void askInTurn() {
        asking.lock();
        try {
            ask();
        } finally {
            asking.unlock();
        }
    }

    /**
     * A key may be brand-new, so its token waits for an answer to a request that began after the token came. All that wait
     * share it. During an outage no token waits for another's attempt.
     */
    private void askFor(JsonWebSignature token) throws UnresolvableKeyException {
        if (known.isAway()) {
            askUnlessAsking();
            return;
        }
        var before = begun.get();
        asking.lock();
        try {
            if (begun.get() == before && select(token).isEmpty()) {
                ask();
            }
        } finally {
            asking.unlock();
        }
    }

    /** Call it with the lock held. */
    private void ask() {
        if (known.isAway() && !isOlderThan(PAUSE_AFTER_FAILURE, known.askedAt())) {
            return;
        }
        if (!isOlderThan(PAUSE, known.askedAt())) {
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        begun.incrementAndGet();
        var keys = fetch();
        var now = clock.instant();
        known = keys.isPresent()
                ? new Known(keys.get(), now, now, false)
                : new Known(known.keys(), known.readAt(), now, true);
    }

    private Optional<List<JsonWebKey>> fetch() {
        try {
            return Optional.of(new JsonWebKeySet(http.get(location).getBody()).getJsonWebKeys());
        } catch (IOException | JoseException _) {
            LOG.warnf("The signing keys at %s cannot be read; those known stay good", location);
            return Optional.empty();
        }
    }

    private boolean isOlderThan(Duration age, Instant instant) {
        return !Window.of(instant, age).contains(clock.instant());
    }

    private static String location(FusionAuthSettings settings) {
        return settings.jwksUrl()
                .map(URI::toString)
                .orElseGet(() -> settings.url().toString().replaceFirst("/$", "") + "/.well-known/jwks.json");
    }

    /**
     * @param readAt when FusionAuth last answered
     * @param askedAt when it was last asked
     * @param isAway whether it did not answer then
     */
    private record Known(List<JsonWebKey> keys, Instant readAt, Instant askedAt, boolean isAway) {

        private Known {
            keys = List.copyOf(keys);
        }
    }
}
