package io.tokenbroker.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A short {@code make faults}: of each sort of fault one or two, and a kill at each point of a mint. */
class FaultsIT {

    private static Report report;

    @BeforeAll
    static void run() {
        report = Faults.run(Scale.small(1, 1), Map.of(), row -> {});
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
                .allSatisfy(
                        row -> assertThat(row.accounts()).as(Report.line(row)).isPositive())
                .filteredOn(row -> row.fault().startsWith("killed"))
                .hasSizeGreaterThan(10)
                .allSatisfy(row ->
                        assertThat(row.during()).as(Report.line(row)).containsOnlyKeys(BrokerClient.Answer.NO_ANSWER));
        assertThat(report.rows())
                .filteredOn(row -> row.fault().startsWith("provider"))
                .isNotEmpty()
                .allSatisfy(row ->
                        assertThat(row.during()).as(Report.line(row)).doesNotContainKey(BrokerClient.Answer.MINTED));
        assertThat(report.rows())
                .filteredOn(row -> row.fault().startsWith("store gone"))
                .extracting(Row::kind, Row::during)
                .containsExactly(
                        tuple(Kind.REUSABLE, Map.of("minted", 2)),
                        tuple(Kind.SINGLE_USE, Map.of("store_unavailable", 2)),
                        tuple(Kind.REUSABLE, Map.of("minted", 2)),
                        tuple(Kind.SINGLE_USE, Map.of("store_unavailable", 2)));
    }

    @Test
    void onlyATokenThatWasLostTakesAPersonAndTheBrokerSaysSoAtOnce() {
        assertThat(report.rows())
                .filteredOn(row -> row.fault().endsWith("once committed"))
                .extracting(Row::kind, Row::refusesRightly, Row::late)
                .containsExactly(tuple(Kind.REUSABLE, 0L, 0), tuple(Kind.SINGLE_USE, 2L, 0));
    }

    @Test
    void aCrashBetweenAnswerAndKeepTakesAPersonAndNoOtherDoes() {
        assertThat(report.rows())
                .filteredOn(row -> row.fault().startsWith("killed") && row.refusesRightly() > 0)
                .extracting(Row::fault, Row::kind)
                .containsExactlyInAnyOrder(
                        tuple("killed after call 3, POST token", Kind.SINGLE_USE),
                        tuple("killed before the keep", Kind.SINGLE_USE));
    }
}
