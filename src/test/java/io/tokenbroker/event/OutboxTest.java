package io.tokenbroker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.database.Database;
import io.tokenbroker.event.Event.OfAccount;
import io.tokenbroker.event.OutboxRows.Waiting;
import io.tokenbroker.grant.Engines;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.settings.EventSettings;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The rows of events that wait, in each engine. */
@ParameterizedClass
@EnumSource
@Timeout(60)
class OutboxTest {

    private static final Instant NOW = Instant.parse("2026-11-30T08:00:00Z");
    private static final Instant LATER = NOW.plusSeconds(60);
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    private static final EventSettings EVERYTHING = new EventSettings() {

        @Override
        public URI url() {
            return URI.create("https://receiver.example");
        }

        @Override
        public List<String> secret() {
            return List.of("whsec_c2lnbmluZy1zZWNyZXQtb2YtdGhlLW91dGJveA==");
        }

        @Override
        public Optional<String> secretFile() {
            return Optional.empty();
        }

        @Override
        public Optional<List<String>> types() {
            return Optional.empty();
        }
    };

    @Parameter
    Engines engine = Engines.SQLITE;

    private final String receiver = "receiver-" + UUID.randomUUID();
    private final OfAccount one = account();
    private final OfAccount another = account();

    @BeforeEach
    void begin() {
        add(one.linked());
        add(one.unlinked());
        add(another.linked());
    }

    @Test
    void theFirstOfEachAccountIsDue() {
        assertThat(due()).extracting(Waiting::type).containsExactly("account.linked", "account.linked");

        due().forEach(event -> rows().delivered(event));
        assertThat(due()).extracting(Waiting::type).containsExactly("account.unlinked");

        due().forEach(event -> rows().delivered(event));
        assertThat(due()).isEmpty();
    }

    @Test
    void ofTwentyWhoWantToSendAnEventOneDoes() {
        var event = due().getFirst();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> rows().claim(event, LATER), threads))
                    .toList();
            assertThat(tries.stream().map(CompletableFuture::join)).containsOnlyOnce(true);
        }

        assertThat(due()).extracting(Waiting::id).doesNotContain(event.id()).hasSize(1);
    }

    @Test
    void whatIsPutOffKeepsTheNextBackUntilItIsGivenUp() {
        var event = due().stream().filter(found -> isOf(one, found)).findFirst().orElseThrow();
        rows().claim(event, LATER);
        rows().postpone(event.claimed(LATER), "status 500", NOW);
        var again = due().stream().filter(found -> isOf(one, found)).findFirst().orElseThrow();
        assertThat(again.id()).isEqualTo(event.id());
        assertThat(again.attempts()).isEqualTo(1);

        rows().claim(again, LATER);
        rows().bury(again.claimed(LATER), "status 500");

        assertThat(due().stream().filter(found -> isOf(one, found)).map(Waiting::type))
                .containsExactly("account.unlinked");
        var state = rows().states().stream()
                .filter(found -> found.receiver().equals(receiver))
                .findFirst()
                .orElseThrow();
        assertThat(state.dead()).isEqualTo(1);
        assertThat(state.waiting()).isEqualTo(2);
        assertThat(state.oldest()).isEqualTo(NOW.toEpochMilli());
    }

    @Test
    void anEventIsNotThereWithoutTheChangeThatItTellsOf() {
        try {
            database().transaction("test", session -> {
                outbox().add(session, account().linked());
                throw new IllegalStateException("the change fails");
            });
        } catch (RuntimeException expected) {
            assertThat(due()).hasSize(2);
        }
        assertThat(due()).hasSize(2);
    }

    @Test
    void oldEventsGo() {
        new OutboxRows(database(), Clock.fixed(NOW.plus(Duration.ofDays(31)), ZoneOffset.UTC)).dropOld();

        assertThat(due()).isEmpty();
    }

    private boolean isOf(OfAccount account, Waiting event) {
        return event.body().contains(account.id().toString());
    }

    private List<Waiting> due() {
        return rows().due(receiver, 100);
    }

    private void add(Event event) {
        database().transaction("test", session -> {
            outbox().add(session, event);
            return 1;
        });
    }

    private Outbox outbox() {
        return new Outbox(new Receivers(Map.of(receiver, EVERYTHING)), URI.create("urn:test"), CLOCK);
    }

    private OutboxRows rows() {
        return new OutboxRows(database(), CLOCK);
    }

    private Database database() {
        return engine.database();
    }

    private static OfAccount account() {
        return new OfAccount(
                new AccountId(UUID.randomUUID(), "a person"), UUID.randomUUID().toString());
    }
}
