package io.tokenbroker.grant;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.database.Database;
import io.tokenbroker.database.FakeTicker;
import io.tokenbroker.database.TestDatabases;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.link.Remembered.SignIn;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a lease is timed: by a clock that cannot be set, and by what this broker has seen of the store. */
class LeaseTest {

    @TempDir
    private static Path folder = Path.of("target");

    private final SignIn signIn = Samples.signIn();
    private final FakeTicker time = new FakeTicker();
    private final Database database = open();
    private final Grants grants = grants();

    @BeforeEach
    void begin() {
        grants.startOver(link(), 0);
    }

    @AfterEach
    void close() {
        TestDatabases.close(database);
    }

    @Test
    void pausedHolderDoesNotSend() {
        var lease = leased(Rotation.SINGLE_USE).orElseThrow();
        time.advance(Duration.ofMillis(4_999));
        assertThat(lease.maySend()).isTrue();

        time.advance(Duration.ofMillis(1));

        assertThat(lease.maySend()).isFalse();
    }

    @Test
    void aSecondTryHasToEndInsideTheLease() {
        var single = leased(Rotation.SINGLE_USE).orElseThrow();
        time.advance(Duration.ofSeconds(32));
        assertThat(single.leavesTimeFor(Duration.ofSeconds(12))).isTrue();
        assertThat(single.leavesTimeFor(Duration.ofSeconds(13))).isFalse();
        single.release();

        var reusable = leased(Rotation.REUSABLE).orElseThrow();
        time.advance(Duration.ofSeconds(9));
        assertThat(reusable.leavesTimeFor(Duration.ofSeconds(10))).isTrue();
        assertThat(reusable.leavesTimeFor(Duration.ofSeconds(11))).isFalse();
    }

    @Test
    void whereATokenWorksOnceALeaseThatHasEndedIsTakenOverAfterTenSecondsOfAnswers() {
        leaseEnds();
        answers(9);
        assertThat(leased(Rotation.SINGLE_USE)).isEmpty();
        assertThat(grants.busyFor(row(), Rotation.SINGLE_USE)).isPositive();

        answers(2);

        assertThat(grants.busyFor(row(), Rotation.SINGLE_USE)).isLessThanOrEqualTo(Duration.ZERO);
        assertThat(leased(Rotation.SINGLE_USE)).isPresent();
    }

    @Test
    void whereATokenCanBeUsedAgainALeaseThatHasEndedIsTakenOverAtOnce() {
        leaseEnds();

        assertThat(grants.busyFor(row(), Rotation.REUSABLE)).isLessThanOrEqualTo(Duration.ZERO);
        assertThat(leased(Rotation.REUSABLE)).isPresent();
    }

    @Test
    void aRunningLeaseIsBusyForWhatIsLeftOfIt() {
        leased(Rotation.SINGLE_USE);
        assertThat(grants.busyFor(row(), Rotation.SINGLE_USE))
                .isBetween(Duration.ofSeconds(35), Duration.ofSeconds(45));
        assertThat(leased(Rotation.SINGLE_USE)).isEmpty();
    }

    @Test
    void aKeepThatTheRowHasOutlivedIsSuperseded() {
        var lease = leased(Rotation.SINGLE_USE).orElseThrow();
        grants.unlinked(link());

        assertThat(lease.keep(Optional.empty(), List.of(), Optional.empty())).isEqualTo(Lease.Keeping.SUPERSEDED);
    }

    @Test
    void aKeepWithoutSuccessorStoresTheTokenThatStays() {
        var lease = leased(Rotation.REUSABLE).orElseThrow();

        assertThat(lease.keep(Optional.empty(), List.of(), Optional.empty())).isEqualTo(Lease.Keeping.KEPT);

        assertThat(leased(Rotation.REUSABLE).orElseThrow().refreshToken()).isEqualTo(lease.refreshToken());
    }

    private Optional<Lease> leased(Rotation rotation) {
        return grants.lease(link(), row().version(), rotation);
    }

    private Look.Counting row() {
        return GrantStoreContract.counting(grants.look(link(), List.of()));
    }

    /** The store has answered each second for so long. */
    private void answers(int seconds) {
        for (var second = 0; second < seconds; second++) {
            time.advance(Duration.ofSeconds(1));
            row();
        }
    }

    private void leaseEnds() {
        leased(Rotation.REUSABLE);
        database.run("test", session -> session.update("UPDATE grants SET lease_until = 1"));
    }

    private Link link() {
        return new Link(
                signIn.account().providerId(),
                "Provider",
                signIn.account().identity(),
                signIn.userId(),
                "Somebody",
                signIn.token(),
                Optional.of(signIn.linkedAt()),
                Optional.empty());
    }

    private Database open() {
        var file = folder.resolve(signIn.account().providerId() + ".db");
        return TestDatabases.open(Map.of("broker.store.url", "jdbc:sqlite:" + file), time);
    }

    private Grants grants() {
        var store = TestStores.of(database);
        return new Grants(store, new UnstoredTokens(store, Clock.systemUTC(), pause -> {}), time);
    }
}
