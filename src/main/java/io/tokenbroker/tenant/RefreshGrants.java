package io.tokenbroker.tenant;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenbroker.circuit.Circuit;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.RefreshOutcome.NoToken;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Refresh grants as a tenant can bear them: so many at a time, none while it asked to be left alone or does not accept the
 * client, a few tries while it answers nobody, and a second one only where the first did nothing. Counts their ends as
 * {@code broker.refresh.grants}. Blocks.
 */
@ApplicationScoped
public class RefreshGrants {

    /** Long enough for another connection, too short for anybody to notice. */
    private static final Duration BREATH = Duration.ofMillis(100);

    private final RefreshGrant grant;
    private final Compartments compartments;
    private final Pauses pauses;
    private final RefusedClients refusedClients;
    private final MeterRegistry metrics;

    RefreshGrants(
            RefreshGrant grant,
            Compartments compartments,
            Pauses pauses,
            RefusedClients refusedClients,
            MeterRegistry metrics) {
        this.grant = grant;
        this.compartments = compartments;
        this.pauses = pauses;
        this.refusedClients = refusedClients;
        this.metrics = metrics;
    }

    /** What to answer in the tenant's place while it must not be asked; empty if it may be. Never blocks. */
    public Optional<NoToken> heldBack(TokenEndpoint endpoint) {
        var instead =
                pauses.current(endpoint).<NoToken>map(paused -> paused).or(() -> refusedClients.current(endpoint));
        instead.ifPresent(answer -> count("held_back"));
        return instead;
    }

    /** @param rotation whether the refresh token can be sent twice */
    public RefreshOutcome refresh(TokenEndpoint endpoint, Rotation rotation, RefreshGrant.Request request) {
        return heldBack(endpoint)
                .<RefreshOutcome>map(instead -> instead)
                .orElseGet(() ->
                        compartments.inTurn(endpoint, request, pass -> refreshNow(pass, endpoint, rotation, request)));
    }

    private RefreshOutcome refreshNow(
            Circuit.Pass pass, TokenEndpoint endpoint, Rotation rotation, RefreshGrant.Request request) {
        // It may have asked for a pause while this one waited for its place.
        var heldBack = heldBack(endpoint);
        if (heldBack.isPresent()) {
            return heldBack.get();
        }
        var outcome = ask(pass, endpoint, request);
        if (outcome instanceof Unavailable unavailable && mayAskAgain(unavailable, rotation) && breathe()) {
            return ask(pass, endpoint, request);
        }
        return outcome;
    }

    private RefreshOutcome ask(Circuit.Pass pass, TokenEndpoint endpoint, RefreshGrant.Request request) {
        return Compartments.ifItAnswers(pass, () -> {
            var outcome = grant.refresh(endpoint, request);
            pauses.note(endpoint, outcome);
            refusedClients.note(endpoint, outcome);
            count(nameOf(outcome));
            return outcome;
        });
    }

    /** A token that works once must not be sent again if the tenant may have seen it: that can revoke all of its kind. */
    private static boolean mayAskAgain(Unavailable unavailable, Rotation rotation) {
        return switch (unavailable.outage()) {
            case UNREACHABLE -> true;
            case FAILING ->
                rotation == Rotation.REUSABLE && unavailable.retryAfter().isEmpty();
            case THROTTLED, ASKED_TOO_OFTEN, BROKEN_OFF, TIMED_OUT, CROWDED -> false;
        };
    }

    private static boolean breathe() {
        try {
            Thread.sleep(BREATH);
            return true;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
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
