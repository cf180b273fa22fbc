package io.tokenbroker.floods;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A short {@code make floods}, of which no times are asked. */
class FloodsIT {

    private static List<Row> rows = List.of();

    @BeforeAll
    static void run() {
        rows = Floods.run(Scale.small(), Duration.ofSeconds(1), row -> {});
    }

    @Test
    void nobodyFailsWhileAnotherCallerFloods() {
        assertThat(rows)
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.failures()).as(row.name()).isEmpty());
    }

    /** Else the above would say little. */
    @Test
    void whoFloodsGetsWhatTheFloodIsNamedForOrHearsThatItIsTooMuch() {
        assertThat(rows)
                .allSatisfy(row -> assertThat(row.isAsNamed())
                        .as("%s: %s", row.name(), row.answers())
                        .isTrue());
        assertThat(rows).filteredOn(row -> row.answers().containsKey(429)).isNotEmpty();
    }
}
