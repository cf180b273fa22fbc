package io.tokenbroker.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A short {@code make faults REPLICAS=3}: one replica killed at each point of a mint, one stopped, one whose answers get lost. */
class FaultsOfReplicasIT {

    private static Report report;

    @BeforeAll
    static void run() {
        report = Faults.run(Scale.small(1, 3), Map.of(), row -> {});
    }

    @Test
    void noAccountIsLostByAnyFault() {
        assertThat(report.rows())
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.lost()).as(Report.line(row)).isEmpty());
    }

    @Test
    void afterACrashAnAccountMintsInTime() {
        assertThat(report.tooLate()).extracting(Report::line).isEmpty();
    }

    /** Else the above would say little. */
    @Test
    void everyFaultIsMet() {
        assertThat(report.rows())
                .filteredOn(row -> row.fault().startsWith("replica killed"))
                .hasSizeGreaterThan(20)
                .allSatisfy(row ->
                        assertThat(row.during()).as(Report.line(row)).containsOnlyKeys(BrokerClient.Answer.NO_ANSWER));
    }
}
