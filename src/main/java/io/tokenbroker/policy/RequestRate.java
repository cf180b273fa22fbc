package io.tokenbroker.policy;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenbroker.policy.PolicyRules.Verdict;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.time.Time;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** How often a caller may ask for what can cost an upstream: a full minute's worth at once, then as it refills. */
public final class RequestRate {

    private static final String RULE = "requests-per-minute";

    private static final String OF_CLIENT =
            "This client has used up its requests for now; the next will do in %d seconds. Keep tokens until they expire, "
                    + "or ask the broker's operator for more: broker.clients.<name>.requests-per-minute.";

    private static final String OF_USER =
            "This user has used up their requests for now; the next will do in %d seconds. "
                    + "The broker's operator decides: broker.users.requests-per-minute.";

    private final Optional<Limited> limited;
    private final String refusal;
    private final Counter refusals;

    private RequestRate(Optional<Limited> limited, String refusal, Counter refusals) {
        this.limited = limited;
        this.refusal = refusal;
        this.refusals = refusals;
    }

    static RequestRate ofClient(String name, Optional<Integer> requestsPerMinute, MeterRegistry metrics, Clock clock) {
        var limited = requestsPerMinute.map(limit -> Limited.of(limit, clock));
        return new RequestRate(limited, OF_CLIENT, refusals("client", name, metrics));
    }

    private static RequestRate ofUser(int requestsPerMinute, Counter refusals, Clock clock) {
        return new RequestRate(Optional.of(Limited.of(requestsPerMinute, clock)), OF_USER, refusals);
    }

    /** @param client its name; users have no label of their own, for there is no bound to them */
    private static Counter refusals(String role, String client, MeterRegistry metrics) {
        return Counter.builder("broker.rate.limited")
                .description("Requests and parts of requests that a caller's rate refused.")
                .tag("role", role)
                .tag("client", client)
                .register(metrics);
    }

    /** Counts one request, or refuses it and says when the next will do. */
    public void take() {
        limited.filter(left -> !left.bucket().tryConsume(1)).map(this::refused).ifPresent(refused -> {
            throw refused;
        });
    }

    /** Counts the first of several requests, as many as are left. */
    public Taken take(int requests) {
        return limited.map(left -> {
                    var taken = (int) left.bucket().tryConsumeAsMuchAsPossible(requests);
                    return new Taken(taken, taken < requests ? Optional.of(refused(left)) : Optional.empty());
                })
                .orElseGet(() -> new Taken(requests, Optional.empty()));
    }

    /**
     * What became of several requests.
     *
     * @param count how many may be made, from the first
     * @param refusal of the others
     */
    public record Taken(int count, Optional<BrokerException> refusal) {

        /** @throws BrokerException if none may be made */
        public void requireSome() {
            if (count == 0 && refusal.isPresent()) {
                throw refusal.get();
            }
        }
    }

    private BrokerException refused(Limited spent) {
        refusals.increment();
        var seconds = Math.max(1, spent.secondsToNext());
        return BrokerException.byRule(RULE, ProblemType.RATE_LIMITED, refusal.formatted(seconds))
                .withRetryAfter(Duration.ofSeconds(seconds));
    }

    /** Whether a request would be counted or refused; counts none. */
    public Verdict judge() {
        return limited.filter(left -> left.available() == 0)
                .map(spent -> new Verdict(RULE, false, refusal.formatted(spent.secondsToNext())))
                .orElse(new Verdict(RULE, true, ""));
    }

    /**
     * Writes what is left when the answer goes out, as the header fields of draft-ietf-httpapi-ratelimit-headers: {@code r}
     * requests now, one more after {@code t} seconds. None without a limit.
     */
    public void announce(RoutingContext request) {
        limited.ifPresent(left -> request.addHeadersEndHandler(end ->
                request.response().putHeader("RateLimit-Policy", left.policy()).putHeader("RateLimit", left.now())));
    }

    private static TimeMeter timeOf(Clock clock) {
        return new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return clock.millis() * 1_000_000;
            }

            @Override
            public boolean isWallClockBased() {
                return true;
            }
        };
    }

    private record Limited(int limit, String policy, Bucket bucket) {

        static Limited of(int limit, Clock clock) {
            var bucket = Bucket.builder()
                    .addLimit(bandwidth -> bandwidth.capacity(limit).refillGreedy(limit, Duration.ofMinutes(1)))
                    .withCustomTimePrecision(timeOf(clock))
                    .build();
            return new Limited(limit, "\"default\";q=" + limit + ";w=60", bucket);
        }

        /** Written with each cached mint. */
        String now() {
            return "\"default\";r=" + available() + ";t=" + secondsToNext();
        }

        long available() {
            return bucket.getAvailableTokens();
        }

        /** Zero if the bucket is full. */
        long secondsToNext() {
            var next = Math.min(limit, available() + 1);
            var nanos = bucket.estimateAbilityToConsume(next).getNanosToWaitForRefill();
            return Time.wholeSeconds(Duration.ofNanos(nanos));
        }
    }

    /** The request rate of each user. */
    @Singleton
    public static class UserRates {

        /** A bucket that was left alone for a minute is full, so forgetting it changes nothing. */
        private static final Duration FULL_AGAIN = Duration.ofMinutes(1);

        private final LoadingCache<UUID, RequestRate> rates;

        UserRates(BrokerSettings settings, MeterRegistry metrics, Clock clock) {
            var limit = settings.users().requestsPerMinute();
            var refusals = refusals("user", "none", metrics);
            this.rates = Caffeine.newBuilder()
                    .maximumSize(20_000)
                    .expireAfterAccess(FULL_AGAIN)
                    .build(user -> RequestRate.ofUser(limit, refusals, clock));
        }

        public RequestRate of(UUID user) {
            return rates.get(user);
        }
    }
}
