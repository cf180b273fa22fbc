package io.tokenbroker.keepalive;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.event.AccountEvents;
import io.tokenbroker.event.TestEvents;
import io.tokenbroker.grant.Engines;
import io.tokenbroker.link.AccountId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Of which tokens' end receivers are told, in each engine. */
@ParameterizedClass
@EnumSource
@Timeout(60)
class ExpiringGrantsTest {

    private static final Instant NOW = Instant.parse("2026-11-29T08:00:00Z");
    private static final Duration LIFETIME = Duration.ofDays(90);
    private static final Instant OLD = NOW.minus(Duration.ofDays(77));

    @Parameter
    Engines engine = Engines.SQLITE;

    private final String receiver = "receiver-" + UUID.randomUUID();
    private GrantRows rows = new GrantRows(engine);

    @BeforeEach
    void begin() {
        rows = new GrantRows(engine);
    }

    @Test
    void eachTokenIsToldOnce() {
        var old = IntStream.range(0, 2 * DueGrants.PAGE + 1)
                .mapToObj(i -> rows.issuedAt(OLD))
                .toList();
        var fresh = rows.issuedAt(NOW.minus(Duration.ofDays(75)));
        var marked = rows.issuedAt(OLD);
        rows.mark(marked);

        tell(old, fresh, marked);
        tell(old, fresh, marked);

        assertThat(told()).containsExactlyInAnyOrderElementsOf(text(old));
    }

    @Test
    void aTokenOfUnknownDateIsNotToldToExpire() {
        var undated = rows.issuedAt(Instant.EPOCH);

        tell(List.of(undated));

        assertThat(told()).isEmpty();
    }

    @Test
    void withoutAReceiverNothingCountsAsTold() {
        var old = rows.issuedAt(OLD);
        expiring(TestEvents.none()).tell();
        assertThat(engine.database().rows("test", row -> 1, "SELECT 1 FROM grants WHERE expiry_told IS NOT NULL"))
                .isEmpty();

        tell(List.of(old));

        assertThat(told()).containsExactly(old.toString());
    }

    private void tell(List<AccountId> some, AccountId... more) {
        var lifetimes = Stream.concat(some.stream(), Stream.of(more))
                .collect(Collectors.toMap(AccountId::providerId, id -> LIFETIME));
        expiring(TestEvents.to(receiver)).tell(lifetimes);
    }

    @SuppressWarnings("NullAway") // the lifetimes are given
    private ExpiringGrants expiring(AccountEvents events) {
        return new ExpiringGrants(engine.database(), null, events, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private List<String> told() {
        return engine.database()
                .rows("test", row -> row.getString(1), "SELECT subject FROM events WHERE receiver = ?", receiver);
    }

    private static List<String> text(List<AccountId> ids) {
        return ids.stream().map(AccountId::toString).toList();
    }
}
