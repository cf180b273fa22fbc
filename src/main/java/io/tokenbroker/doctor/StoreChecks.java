package io.tokenbroker.doctor;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenbroker.database.Session;
import io.tokenbroker.database.StoreInspection;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.grant.GrantSeal;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.seal.ColumnSealer;
import io.tokenbroker.seal.SealingKeys;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The store as it is, and whether the sealing keys open what it holds. */
final class StoreChecks {

    /** By the key's id, which every sealed value begins with: how many rows, and one of them. */
    private static final String BY_KEY = """
            SELECT substr(refresh_token, 1, ?) AS key_id, count(*) AS held, min(account_id) AS sample FROM grants
            GROUP BY 1""";

    /** Into the table that every schema has. */
    private static final String WRITE = """
            INSERT INTO grants (account_id, user_id, linked_at, root, refresh_token, issued_at, version, lease_until, status,
            status_since, consecutive_failures, next_look_at) VALUES (?, 'doctor', 0, 'doctor', ?, 0, 0, 0, 'active', 0, 0, 0)""";

    private final Patient patient;
    private final Clock clock;
    private final Consumer<Finding> found;

    StoreChecks(Patient patient, Clock clock, Consumer<Finding> found) {
        this.patient = patient;
        this.clock = clock;
        this.found = found;
    }

    void examine() {
        try {
            examine(StoreInspection.of(patient.settings().store()));
        } catch (ConfigurationException e) {
            found.accept(Finding.fault(Check.STORE, "", String.valueOf(e.getMessage())));
        }
    }

    private void examine(StoreInspection store) {
        if (!store.isMade()) {
            found.accept(Finding.warning(
                    Check.STORE, store.name(), "is not there yet; the broker makes it at its first start"));
            return;
        }
        var schema = store.schema();
        found.accept(Finding.ok(Check.STORE, store.name(), "opens"));
        found.accept(schema(schema));
        found.accept(tried(Check.STORE_CLOCK, () -> {
            // Opening the connection has taken its time before this.
            var theirs = store.now();
            return Skews.finding(Check.STORE_CLOCK, "", Duration.between(clock.instant(), theirs));
        }));
        if (schema.version().isPresent() && !schema.isNewer()) {
            found.accept(tried(Check.STORE_WRITE, () -> {
                store.tryOut(StoreChecks::writeRow);
                return Finding.ok(Check.STORE_WRITE, "", "takes a row, which was taken back");
            }));
            if (patient.isSound("broker.sealing-keys")) {
                sealing(store).forEach(found);
            }
        }
    }

    private static Finding schema(StoreInspection.Schema schema) {
        var version = schema.version().orElse("");
        if (schema.isNewer()) {
            return Finding.fault(Check.STORE_SCHEMA, "", "is of a newer broker (%s)".formatted(version));
        }
        if (schema.pending() > 0) {
            return Finding.warning(
                    Check.STORE_SCHEMA,
                    "",
                    version.isEmpty()
                            ? "has no tables yet"
                            : "is of an older broker (%s), which the next start changes".formatted(version));
        }
        return Finding.ok(Check.STORE_SCHEMA, "", "version " + version);
    }

    private static int writeRow(Session session) throws SQLException {
        return session.update(WRITE, "doctor-" + UUID.randomUUID(), new byte[] {0});
    }

    private static Finding tried(Check check, Supplier<Finding> question) {
        try {
            return question.get();
        } catch (ConfigurationException e) {
            return Finding.fault(check, "", String.valueOf(e.getMessage()));
        }
    }

    private List<Finding> sealing(StoreInspection store) {
        var sealer = new ColumnSealer(new SealingKeys(patient.settings()));
        var seal = new GrantSeal(sealer);
        var present = sealer.presentKey();
        try {
            var groups = store.read(session -> session.rows(
                    row -> new Group(row.getBytes("key_id"), row.getLong("held"), row.getString("sample")),
                    BY_KEY,
                    present.length));
            var findings = new ArrayList<Finding>();
            for (var group : groups) {
                if (!store.read(session -> opens(session, seal, group.sample()))) {
                    findings.add(Finding.fault(
                            Check.SEALING_KEYS,
                            "",
                            "%d rows are sealed by a key that is not configured, or were altered, such as that of %s"
                                    .formatted(group.held(), group.sample())));
                } else if (!Arrays.equals(group.keyId(), present)) {
                    findings.add(Finding.warning(
                            Check.SEALING_KEYS,
                            "",
                            "%d rows are still sealed by a key that is not the first".formatted(group.held())));
                } else {
                    findings.add(Finding.ok(Check.SEALING_KEYS, "", "the first opens %d rows".formatted(group.held())));
                }
            }
            return groups.isEmpty() ? List.of(Finding.ok(Check.SEALING_KEYS, "", "the store has no rows")) : findings;
        } catch (ConfigurationException e) {
            return List.of(Finding.fault(Check.SEALING_KEYS, "", String.valueOf(e.getMessage())));
        }
    }

    private static boolean opens(Session session, GrantSeal seal, String account) throws SQLException {
        return session.first(
                        row -> opens(seal, account, row.getString("root"), row.getBytes("refresh_token")),
                        "SELECT root, refresh_token FROM grants WHERE account_id = ?",
                        account)
                .orElse(true);
    }

    private static boolean opens(GrantSeal seal, String account, String root, byte[] sealed) {
        try {
            return AccountId.parse(account)
                    .map(id -> seal.openRefreshToken(id, root, sealed))
                    .isPresent();
        } catch (StoreUnavailable doesNotOpen) {
            return false;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Group(byte[] keyId, long held, String sample) {}
}
