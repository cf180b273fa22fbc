package io.tokenbroker.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.database.TestDatabases;
import io.tokenbroker.event.TestEvents;
import io.tokenbroker.grant.GrantStore.Held;
import io.tokenbroker.link.Remembered.SignIn;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.support.Waiting;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A row changes with its event or not at all, in each engine. */
@ParameterizedClass
@EnumSource
@Timeout(60)
class EventTransactionsTest {

    private static final String RECEIVER = "operations";

    @Parameter
    Engines engine = Engines.SQLITE;

    private final SignIn signIn = Samples.signIn();
    private Database database = Engines.SQLITE.database();
    private GrantStore store = TestStores.of(database);

    @BeforeEach
    void open() {
        database = engine.open(engine.newPlace());
        store = TestStores.of(database, TestEvents.to(RECEIVER));
    }

    @AfterEach
    void close() {
        TestDatabases.close(database);
    }

    @Test
    void aRowIsBegun() {
        together(() -> store.startOver(signIn, 0, false));

        assertThat(told()).containsExactly("account.linked");
    }

    @Test
    void aRowIsMarked() {
        store.startOver(signIn, 0, false);
        var held = leased();

        together(() -> store.end(held, Optional.of(GrantStoreContract.REVOKED)));

        assertThat(told()).containsExactly("account.linked", "account.reauthorization_required");
    }

    @Test
    void aMarkGoesWithANewToken() {
        marked();
        var held = leased();

        together(() -> store.keep(held, Secret.of("0.1"), Optional.of(Samples.target("mail", "access")), Samples.NOW));

        assertThat(told()).endsWith("account.reauthorization_required", "account.recovered");
    }

    @Test
    void aMarkGoesWithAConsent() {
        marked();
        var version = store.version(signIn.account());

        together(() -> store.startOver(signIn, version, true));

        assertThat(told()).endsWith("account.reauthorization_required", "account.recovered");
    }

    @Test
    void aMarkedRowIsBegunAnew() {
        marked();
        var version = store.version(signIn.account());

        together(() -> store.startOver(Samples.withToken(signIn, "1.0"), version, false));

        assertThat(told()).endsWith("account.reauthorization_required", "account.recovered");
    }

    @Test
    void aRowPassesToAnotherUser() {
        store.startOver(signIn, 0, false);
        var version = store.version(signIn.account());
        var another = Samples.withToken(Samples.ofAnother(signIn), "1.0");

        together(() -> store.startOver(another, version, false));

        assertThat(told()).containsExactly("account.linked", "account.unlinked", "account.linked");
    }

    @Test
    void aRowIsRemoved() {
        store.startOver(signIn, 0, false);

        together(() -> store.remove(signIn));

        assertThat(told()).containsExactly("account.linked", "account.unlinked");
    }

    @Test
    void whatChangesNothingThatAReceiverKnowsIsNotTold() {
        store.startOver(signIn, 0, false);
        store.keep(leased(), Secret.of("0.1"), Optional.empty(), Samples.NOW);
        var anew = Samples.withToken(signIn, "1.0");
        store.startOver(anew, store.version(anew.account()), false);
        store.end(leased(anew), Optional.empty());

        assertThat(told()).containsExactly("account.linked");
    }

    private void marked() {
        store.startOver(signIn, 0, false);
        store.end(leased(), Optional.of(GrantStoreContract.REVOKED));
    }

    private Held leased() {
        return leased(signIn);
    }

    private Held leased(SignIn of) {
        return store.lease(of, store.version(of.account()), "we", Samples.LEASE, false)
                .orElseThrow();
    }

    /** Does it first where its event cannot be written. */
    private void together(Runnable change) {
        var before = rows();
        alter("ALTER TABLE events RENAME TO events_elsewhere");
        assertThatThrownBy(change::run).isInstanceOf(StoreUnavailable.class);
        alter("ALTER TABLE events_elsewhere RENAME TO events");
        Waiting.until(() -> !database.isAway());
        assertThat(rows()).isEqualTo(before);

        change.run();

        assertThat(rows()).isNotEqualTo(before);
    }

    private void alter(String sql) {
        database.transaction("test", session -> session.update(sql));
    }

    private List<String> rows() {
        return database.rows(
                "test",
                row -> {
                    var columns = new StringBuilder();
                    for (var i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                        columns.append(row.getString(i)).append(' ');
                    }
                    return columns.toString();
                },
                "SELECT * FROM grants");
    }

    private List<String> told() {
        return database.rows(
                "test",
                row -> row.getString(1),
                "SELECT type FROM events WHERE receiver = ? AND subject = ? ORDER BY position",
                RECEIVER,
                signIn.account().toString());
    }
}
