package io.tokenbroker.keepalive;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.grant.Engines;
import io.tokenbroker.grant.GrantCensus;
import io.tokenbroker.grant.GrantCensus.Group;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The count of accounts that metrics show, in each engine. */
@Timeout(60)
class GrantCensusTest {

    private static final Instant EARLY = Instant.parse("2026-10-01T08:00:00Z");

    @ParameterizedTest
    @EnumSource
    void accountsAreCountedByProviderAndState(Engines engine) {
        var rows = new GrantRows(engine);
        var active = rows.issuedAt(EARLY);
        var marked = rows.issuedAt(EARLY.plusSeconds(1));
        rows.mark(marked);

        assertThat(new GrantCensus(engine.database()).count(Instant.EPOCH, Instant.EPOCH))
                .containsExactlyInAnyOrder(
                        new Group(active.providerId(), true, 1, 0, 0, Optional.of(EARLY)),
                        new Group(marked.providerId(), false, 1, 0, 0, Optional.of(EARLY.plusSeconds(1))));
    }

    @ParameterizedTest
    @EnumSource
    void accountsOfOneProviderInOneStateAreTogether(Engines engine) {
        var rows = new GrantRows(engine);
        var first = rows.issuedAt(EARLY.plusSeconds(1));
        rows.alsoAt(first, EARLY);

        assertThat(new GrantCensus(engine.database()).count(Instant.EPOCH, Instant.EPOCH))
                .containsExactly(new Group(first.providerId(), true, 2, 0, 0, Optional.of(EARLY)));
    }

    @ParameterizedTest
    @EnumSource
    void tokensThatHaveEndedAndThatEndSoonAreCountedApart(Engines engine) {
        var rows = new GrantRows(engine);
        var first = rows.issuedAt(EARLY);
        var census = new GrantCensus(engine.database());
        var ended = EARLY.plusMillis(1);
        var ending = EARLY.plusSeconds(1);

        assertThat(census.count(ended, ending))
                .containsExactly(new Group(first.providerId(), true, 1, 1, 0, Optional.empty()));

        rows.alsoAt(first, ended);
        rows.alsoAt(first, ending);

        assertThat(census.count(ended, ending))
                .containsExactly(new Group(first.providerId(), true, 3, 1, 1, Optional.of(ended)));

        // Of this one no date is known.
        rows.alsoAt(first, Instant.EPOCH);
        assertThat(census.count(ended, ending))
                .containsExactly(new Group(first.providerId(), true, 4, 1, 1, Optional.of(ended)));
    }
}
