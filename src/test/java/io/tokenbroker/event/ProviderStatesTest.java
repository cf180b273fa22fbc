package io.tokenbroker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.grant.Engines;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** When the state of a provider is news, in each engine. */
@ParameterizedClass
@EnumSource
@Timeout(60)
class ProviderStatesTest {

    private static final Instant NOW = Instant.parse("2026-11-30T08:00:00Z");

    @Parameter
    Engines engine = Engines.SQLITE;

    private final UUID provider = UUID.randomUUID();

    @Test
    void replicasThatFindTheSameTellOfItOnce() {
        misconfigured(Duration.ZERO);
        misconfigured(Duration.ofSeconds(1));
        working(Duration.ofMinutes(6));
        working(Duration.ofMinutes(7));

        assertThat(told()).containsExactly("provider.misconfigured", "provider.recovered");
    }

    @Test
    void oneThatTakesSomeRequestsAndRefusesOthersDoesNotFlap() {
        misconfigured(Duration.ZERO);
        for (var second = 1; second < 10; second++) {
            working(Duration.ofSeconds(second));
            misconfigured(Duration.ofSeconds(second));
        }
        working(Duration.ofMinutes(5).minusMillis(1));
        assertThat(told()).containsExactly("provider.misconfigured");

        working(Duration.ofMinutes(5));
        assertThat(told()).containsExactly("provider.misconfigured", "provider.recovered");
    }

    @Test
    void anotherProviderIsAnotherMatter() {
        misconfigured(Duration.ZERO);

        replica(Duration.ofMinutes(6), states -> states.noteWorking(UUID.randomUUID()));

        assertThat(told()).containsExactly("provider.misconfigured");
    }

    @Test
    void withoutAReceiverNothingIsNotedSoThatALaterOneIsTold() {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var unheard = new Outbox(new Receivers(Map.of()), URI.create("urn:test"), Clock.fixed(NOW, ZoneOffset.UTC));
            new ProviderStates(engine.database(), unheard, threads, Clock.fixed(NOW, ZoneOffset.UTC))
                    .noteMisconfigured(provider, "invalid_client");
        }
        misconfigured(Duration.ofSeconds(1));

        assertThat(told()).containsExactly("provider.misconfigured");
    }

    private void misconfigured(Duration after) {
        replica(after, states -> states.noteMisconfigured(provider, "invalid_client"));
    }

    private void working(Duration after) {
        replica(after, states -> states.noteWorking(provider));
    }

    /** One that has just looked into the store. */
    private void replica(Duration after, Consumer<ProviderStates> work) {
        var clock = Clock.fixed(NOW.plus(after), ZoneOffset.UTC);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var states =
                    new ProviderStates(engine.database(), TestEvents.outbox("of " + provider, clock), threads, clock);
            states.look();
            work.accept(states);
        }
    }

    private List<String> told() {
        return engine.database()
                .rows(
                        "test",
                        row -> row.getString(1),
                        "SELECT type FROM events WHERE receiver = ? AND subject = ? ORDER BY position",
                        "of " + provider,
                        provider.toString());
    }
}
