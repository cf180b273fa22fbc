package io.tokenbroker.tenant;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenbroker.problem.BrokerException.Upstream;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import io.tokenbroker.tenant.HeldBack.RefusedClients;
import io.tokenbroker.tenant.HeldBack.TenantPauses;
import io.tokenbroker.tenant.RefreshOutcome.NoToken;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import io.tokenbroker.time.Time.Sleeper;
import io.tokenbroker.upstream.Bulkhead;
import io.tokenbroker.upstream.Bulkhead.Refusal;
import io.tokenbroker.upstream.Circuit;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Sends refresh grants, each through the bulkhead of its tenant; none while the tenant asked for a pause or refuses the
 * client. Counts the outcomes as {@code broker.refresh.grants}. Blocks.
 */
@ApplicationScoped
public class RefreshGrants {

    /**
     * One caller's 32 are more calls at once than a healthy tenant gets; the rest is for others. A call that has waited 10 s
     * is dropped: its caller has timed out.
     */
    private static final Bulkhead.Limits LIMITS =
            new Bulkhead.Limits(48, 32, 2_000, Duration.ofSeconds(10), Duration.ofSeconds(5));

    /** Before another attempt: long enough for a new connection, too short for a caller to notice. */
    private static final Duration SHORT_PAUSE = Duration.ofMillis(100);

    /** After a lost answer: a provider with a grace window takes the same token once more, some 10 to 60 s long. */
    private static final Duration GRACE_PAUSE = Duration.ofSeconds(2);

    private final RefreshGrant grant;
    private final TenantPauses pauses;
    private final RefusedClients refusedClients;
    private final MeterRegistry metrics;
    private final Sleeper sleeper;
    private final Duration longestAnswer;

    /** One for each client of a tenant, so that a tenant that hangs delays only its own accounts. */
    final LoadingCache<TokenEndpoint.Client, Bulkhead> bulkheads;

    RefreshGrants(
            RefreshGrant grant,
            TenantPauses pauses,
            RefusedClients refusedClients,
            MeterRegistry metrics,
            Sleeper sleeper,
            Clock clock,
            @ConfigProperty(name = "provider.send-timeout") Duration sendTimeout) {
        this.grant = grant;
        this.pauses = pauses;
        this.refusedClients = refusedClients;
        this.metrics = metrics;
        this.sleeper = sleeper;
        this.longestAnswer = sendTimeout;
        this.bulkheads = Caffeine.newBuilder()
                .maximumSize(10_000)
                .build(client -> new Bulkhead("%s for %s".formatted(client.uri(), client.clientId()), LIMITS, clock));
    }

    /** What to answer in the tenant's place while it must not be asked; empty if it may be. Never blocks. */
    public Optional<NoToken> heldBack(TokenEndpoint endpoint) {
        var instead =
                pauses.current(endpoint).<NoToken>map(paused -> paused).or(() -> refusedClients.current(endpoint));
        instead.ifPresent(_ -> count("held_back"));
        return instead;
    }

    /** Whether this tenant is asked by trials only, since it does not answer. */
    public boolean isCutOff(TokenEndpoint endpoint) {
        var bulkhead = bulkheads.getIfPresent(endpoint.client());
        return bulkhead != null && bulkhead.isCutOff();
    }

    /** How long one send takes at most. */
    public Duration longestAnswer() {
        return longestAnswer;
    }

    /**
     * The permission to send a refresh token, taken when there is a place at the tenant.
     *
     * @param maySend asked right before it is sent first
     * @param leavesTimeFor whether so much work ends before the permission does
     */
    public record Permission(Secret refreshToken, BooleanSupplier maySend, Predicate<Duration> leavesTimeFor) {}

    /**
     * Sends one refresh when its turn comes, and once more where that may help and the permission lasts.
     *
     * @param rotation whether the refresh token can be sent twice
     * @param permission empty to send nothing after all
     * @return empty if nothing was sent for want of permission
     */
    public Optional<RefreshOutcome> refresh(
            TokenEndpoint endpoint,
            Rotation rotation,
            RefreshGrant.Request request,
            Supplier<Optional<Permission>> permission) {
        Function<Circuit.Pass, Optional<RefreshOutcome>> work = pass ->
                // The tenant may have asked for a pause while this one waited for its turn, or not have answered.
                instead(endpoint)
                        .or(() -> pass.isRefused() ? Optional.of(notSent(Refusal.CIRCUIT_OPEN)) : Optional.empty())
                        .or(() -> permission
                                .get()
                                .map(given -> sent(given, rotation, () -> send(pass, endpoint, request, given))));
        return instead(endpoint)
                .or(() -> bulkheads
                        .get(endpoint.client())
                        .inTurn(
                                request.identity(),
                                request.userId().toString(),
                                work,
                                refusal -> Optional.of(notSent(refusal))));
    }

    private Optional<RefreshOutcome> instead(TokenEndpoint endpoint) {
        return heldBack(endpoint).map(answer -> answer);
    }

    private RefreshOutcome sent(Permission permission, Rotation rotation, Supplier<RefreshOutcome> send) {
        if (!permission.maySend().getAsBoolean()) {
            return notSent(Refusal.CROWDED);
        }
        var outcome = send.get();
        var pause = pauseBeforeOneMore(outcome, rotation)
                .filter(wait -> permission.leavesTimeFor().test(wait.plus(longestAnswer)));
        if (pause.isEmpty()) {
            return outcome;
        }
        sleeper.sleep(pause.get());
        // A process that was stopped meanwhile has lost its permission.
        return permission.leavesTimeFor().test(longestAnswer) ? resent(outcome, rotation, send.get()) : outcome;
    }

    /** Where a token works once, the answer that was lost explains why it is refused now. */
    private static RefreshOutcome resent(RefreshOutcome first, Rotation rotation, RefreshOutcome second) {
        var mayBeSpent = rotation == Rotation.SINGLE_USE
                && !(first instanceof Unavailable away && away.outage() == Outage.UNREACHABLE);
        return mayBeSpent && second instanceof Refused refused ? refused.explained() : second;
    }

    private RefreshOutcome send(
            Circuit.Pass pass, TokenEndpoint endpoint, RefreshGrant.Request request, Permission permission) {
        return pass.call(
                        () -> {
                            var outcome = grant.refresh(endpoint, request, permission.refreshToken());
                            pauses.note(endpoint, outcome);
                            refusedClients.note(endpoint, outcome);
                            count(outcome.word());
                            return outcome;
                        },
                        RefreshGrants::isOutage)
                .orElseGet(() -> notSent(Refusal.CIRCUIT_OPEN));
    }

    private static boolean isOutage(RefreshOutcome outcome) {
        return outcome instanceof Unavailable unavailable
                && switch (unavailable.outage()) {
                    case FAILING, UNREACHABLE, BROKEN_OFF, TIMED_OUT -> true;
                    case THROTTLED, ASKED_TOO_OFTEN, CROWDED -> false;
                };
    }

    /** Retry-After is the rest of the circuit: an earlier call would be refused again. */
    private static Unavailable notSent(Refusal refusal) {
        var outage = refusal == Refusal.CROWDED ? Outage.CROWDED : Outage.FAILING;
        return new Unavailable(outage, Optional.of(LIMITS.rest()), Upstream.error(null));
    }

    /**
     * How long to wait before the same token is sent once more; empty if it must not be. One that works once is sent again
     * although the provider may have seen it: the next mint would do so too, only too late for a grace window.
     */
    private static Optional<Duration> pauseBeforeOneMore(RefreshOutcome outcome, Rotation rotation) {
        var isReusable = rotation == Rotation.REUSABLE;
        if (!(outcome instanceof Unavailable unavailable)) {
            return Optional.empty();
        }
        return switch (unavailable.outage()) {
            case UNREACHABLE -> Optional.of(SHORT_PAUSE);
            // A connection that was kept may have been closed at the other end as the request went out.
            case FAILING, BROKEN_OFF ->
                unavailable.retryAfter().isPresent()
                        ? Optional.empty()
                        : Optional.of(isReusable ? SHORT_PAUSE : GRACE_PAUSE);
            case TIMED_OUT -> isReusable ? Optional.empty() : Optional.of(GRACE_PAUSE);
            case THROTTLED, ASKED_TOO_OFTEN, CROWDED -> Optional.empty();
        };
    }

    private void count(String outcome) {
        metrics.counter("broker.refresh.grants", "outcome", outcome).increment();
    }
}
