package io.tokenbroker.tenant;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenbroker.circuit.Circuit;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.RefreshOutcome.NoToken;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import io.tokenbroker.time.Sleeper;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Refresh grants as a tenant can bear them: so many at a time, none while it asked to be left alone or refuses the client,
 * few while it answers nobody. Counts their ends as {@code broker.refresh.grants}. Blocks.
 */
@ApplicationScoped
public class RefreshGrants {

    /** Long enough for another connection, too short for a caller to notice. */
    private static final Duration BREATH = Duration.ofMillis(100);

    /** After a lost answer: a provider with a grace window takes the same token once more, some 10 to 60 s long. */
    private static final Duration GRACE_PAUSE = Duration.ofSeconds(2);

    private final RefreshGrant grant;
    private final Compartments compartments;
    private final Pauses pauses;
    private final RefusedClients refusedClients;
    private final MeterRegistry metrics;
    private final Sleeper sleeper;
    private final Duration longestAnswer;

    RefreshGrants(
            RefreshGrant grant,
            Compartments compartments,
            Pauses pauses,
            RefusedClients refusedClients,
            MeterRegistry metrics,
            Sleeper sleeper,
            @ConfigProperty(name = "quarkus.rest-client.provider.read-timeout") long readTimeoutMillis) {
        this.grant = grant;
        this.compartments = compartments;
        this.pauses = pauses;
        this.refusedClients = refusedClients;
        this.metrics = metrics;
        this.sleeper = sleeper;
        this.longestAnswer = Duration.ofMillis(readTimeoutMillis);
    }

    /** What to answer in the tenant's place while it must not be asked; empty if it may be. Never blocks. */
    public Optional<NoToken> heldBack(TokenEndpoint endpoint) {
        var instead =
                pauses.current(endpoint).<NoToken>map(paused -> paused).or(() -> refusedClients.current(endpoint));
        instead.ifPresent(answer -> count("held_back"));
        return instead;
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
    public record Permission(Secret refreshToken, BooleanSupplier maySend, Predicate<Duration> leavesTimeFor) {

        boolean leavesTimeForOneMore(Duration pause, Duration answer) {
            return leavesTimeFor.test(pause.plus(answer));
        }
    }

    /**
     * Sends one refresh, and once more where that may help and the permission lasts.
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
        return heldBack(endpoint)
                .<RefreshOutcome>map(instead -> instead)
                .or(() -> compartments.inTurn(
                        endpoint, request, pass -> refreshNow(pass, endpoint, rotation, request, permission)));
    }

    private Optional<RefreshOutcome> refreshNow(
            Circuit.Pass pass,
            TokenEndpoint endpoint,
            Rotation rotation,
            RefreshGrant.Request request,
            Supplier<Optional<Permission>> permission) {
        // It may have asked for a pause while this one waited for its place.
        var heldBack = heldBack(endpoint);
        if (heldBack.isPresent()) {
            return Optional.of(heldBack.get());
        }
        return permission.get().map(permitted -> sent(pass, endpoint, rotation, request, permitted));
    }

    private RefreshOutcome sent(
            Circuit.Pass pass,
            TokenEndpoint endpoint,
            Rotation rotation,
            RefreshGrant.Request request,
            Permission permission) {
        if (!permission.maySend().getAsBoolean()) {
            return Unavailable.crowded();
        }
        var outcome = ask(pass, endpoint, request, permission);
        if (outcome instanceof Unavailable unavailable) {
            var pause = pauseBeforeOneMore(unavailable, rotation);
            if (pause.isPresent() && permission.leavesTimeForOneMore(pause.get(), longestAnswer)) {
                sleeper.sleep(pause.get());
                return ask(pass, endpoint, request, permission);
            }
        }
        return outcome;
    }

    private RefreshOutcome ask(
            Circuit.Pass pass, TokenEndpoint endpoint, RefreshGrant.Request request, Permission permission) {
        return Compartments.ifItAnswers(pass, () -> {
            var outcome = grant.refresh(endpoint, request, permission.refreshToken());
            pauses.note(endpoint, outcome);
            refusedClients.note(endpoint, outcome);
            count(nameOf(outcome));
            return outcome;
        });
    }

    /**
     * How long to wait before the same token is sent once more; empty if it must not be. One that works once is sent again
     * although the provider may have seen it: the next mint would do so too, only too late for a grace window.
     */
    private static Optional<Duration> pauseBeforeOneMore(Unavailable unavailable, Rotation rotation) {
        return switch (unavailable.outage()) {
            case UNREACHABLE -> Optional.of(BREATH);
            case FAILING ->
                unavailable.retryAfter().isPresent()
                        ? Optional.empty()
                        : Optional.of(rotation == Rotation.REUSABLE ? BREATH : GRACE_PAUSE);
            case BROKEN_OFF, TIMED_OUT -> rotation == Rotation.REUSABLE ? Optional.empty() : Optional.of(GRACE_PAUSE);
            case THROTTLED, ASKED_TOO_OFTEN, CROWDED -> Optional.empty();
        };
    }

    private static String nameOf(RefreshOutcome outcome) {
        return switch (outcome) {
            case Refreshed refreshed -> "refreshed";
            case Refused refused -> refused.refusal().name().toLowerCase(Locale.ROOT);
            case Unavailable unavailable -> unavailable.outage().name().toLowerCase(Locale.ROOT);
        };
    }

    private void count(String outcome) {
        metrics.counter("broker.refresh.grants", "outcome", outcome).increment();
    }
}
