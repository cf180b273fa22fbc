package io.tokenbroker.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A short {@code make faults}: of each sort of fault one or two, and the kills around the first write of a rotation. */
class FaultsIT {

    private static Report report;

    @BeforeAll
    static void run() {
        report = Faults.run(Scale.small(1), Map.of(), row -> {});
    }

    @Test
    void noAccountIsLostByAnyFault() {
        assertThat(report.rows())
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.lost()).as(Report.line(row)).isEmpty());
    }

    /** Else the above would say little. */
    @Test
    void everyFaultIsMet() {
        assertThat(report.rows())
                .allSatisfy(
                        row -> assertThat(row.accounts()).as(Report.line(row)).isPositive())
                .filteredOn(row -> row.fault().startsWith("killed"))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.during()).as(Report.line(row)).containsKey(Caller.Answer.NO_ANSWER));
        assertThat(report.rows())
                .filteredOn(row -> row.fault().startsWith("provider"))
                .isNotEmpty()
                .allSatisfy(
                        row -> assertThat(row.during()).as(Report.line(row)).doesNotContainKey(Caller.Answer.MINTED));
    }

    @Test
    void onlyATokenThatNobodyEverHeldTakesAPersonAndTheBrokerSaysSoAtOnce() {
        assertThat(report.rows())
                .filteredOn(row ->
                        row.fault().endsWith("once committed") && row.fault().startsWith("provider"))
                .extracting(Row::kind, Row::refusesRightly, Row::late)
                .containsExactly(tuple(Kind.REUSABLE, 0L, 0), tuple(Kind.SINGLE_USE, 3L, 0));
    }

    @Test
    void aBrokerThatIsKilledWhileFusionAuthTakesNoTokensLosesAHandful() {
        assertThat(report.rows())
                .filteredOn(row -> row.fault().endsWith("then the broker is killed"))
                .extracting(Row::kind, Row::accounts, Row::refusesRightly)
                .containsExactly(tuple(Kind.SINGLE_USE, 16, 8L));
    }
}
