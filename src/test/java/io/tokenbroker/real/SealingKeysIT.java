package io.tokenbroker.real;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.process.PostgresServer;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.support.Callers;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.MountedSecrets;
import io.tokenbroker.support.Waiting;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sealing key of two replicas, changed at one after the other as docs/store.md says, while requests come to both. */
@Timeout(180)
class SealingKeysIT {

    private static final String OLD = IssuedSecrets.record("c2VhbGluZy1rZXlzLWl0LW9sZC1rZXktMzItYnl0ZXM=");
    private static final String NEW = IssuedSecrets.record("c2VhbGluZy1rZXlzLWl0LW5ldy1rZXktMzItYnl0ZXM=");
    private static final Map<String, ?> ANEW = Map.of("force_refresh", true);

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    private static final PostgresServer POSTGRES = new PostgresServer(Sandbox.stores());

    private final List<Replica> replicas =
            Stream.of("sealing-first", "sealing-second").map(Replica::named).toList();

    @AfterAll
    static void stop() {
        POSTGRES.dump(Sandbox.stores().resolve("sealing-dump.txt"));
        POSTGRES.close();
    }

    @Test
    void itIsChangedInThreeStepsWithoutAFailedRequest() {
        try {
            replicas.forEach(replica -> replica.broker().start());
            changeTheKey(replicas.getFirst(), replicas.getLast());
        } finally {
            replicas.forEach(replica -> replica.broker().close());
        }

        assertThat(replicas).noneMatch(replica -> replica.broker().hasSaid("A stored refresh_token does not open"));
    }

    private void changeTheKey(Replica first, Replica second) {
        SANDBOX.entra().directory().addGenerated(1);
        var unused = link("user-0001@contoso.com", first, second);
        mint(first, unused, ANEW);
        var account = link("b@contoso.com", first, second);
        try (var callers = new Callers(
                () -> mint(first, account, ANEW),
                () -> mint(second, account, ANEW),
                () -> mint(first, account, Map.of()),
                () -> mint(second, account, Map.of()),
                () -> link("bea@contoso.com", first, second),
                () -> link("bea@contoso.com", second, first))) {
            for (var keys : List.of(OLD + "," + NEW, NEW + "," + OLD)) {
                for (var replica : replicas) {
                    callers.areServed(3);
                    replica.takes(keys);
                }
            }
            Waiting.until(() -> grantsUnderOtherKeysThan(NEW) == 0);
            for (var replica : replicas) {
                // Sign-ins that had begun end.
                callers.areServed(3);
                replica.takes(NEW);
            }
            callers.areServed(3);
        }

        assertThat(grantsUnderOtherKeysThan(NEW)).isZero();
        assertThat(grantsUnderOtherKeysThan(OLD)).isGreaterThanOrEqualTo(3);
        // Its access token of the old key was got anew, as docs/store.md says.
        mint(second, unused, Map.of());
    }

    /** A sign-in that begins at one replica and ends at another. */
    private static String link(String email, Replica start, Replica end) {
        var started = start.api().start(Sandbox.CONTOSO, Sandbox.CALLBACK);
        started.then().statusCode(200);
        var completed = end.api().complete(SANDBOX.entra().signIn(at(started, "authorize_url"), email));
        var linked = completed.statusCode() == 202 ? start.api().resolve(at(completed, "pending_link_id")) : completed;
        return at(linked.then().statusCode(200).extract(), "account.id");
    }

    private static void mint(Replica replica, String account, Map<String, ?> body) {
        replica.api().mint(account, body).then().statusCode(200);
    }

    /** Between two looks: the processor is the callers'. */
    private static void aMomentPasses() {
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
    }

    private static long grantsUnderOtherKeysThan(String base64) {
        aMomentPasses();
        try (var connection = POSTGRES.connect();
                var query = connection.prepareStatement(
                        "SELECT count(*) FROM grants WHERE substr(refresh_token, 1, 6) <> ?")) {
            var key = MessageDigest.getInstance("SHA-256")
                    .digest(Base64.getDecoder().decode(base64));
            query.setBytes(1, Arrays.copyOf(key, 6));
            try (var rows = query.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        } catch (SQLException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param secrets its mount, which is not the other's: it takes a change in its own time */
    private record Replica(BrokerProcess broker, MountedSecrets secrets) {

        static Replica named(String name) {
            var secrets = new MountedSecrets(Map.of("sealing-keys", OLD));
            var settings = new HashMap<>(POSTGRES.settings(SANDBOX.settingsOfTheImpatient()));
            settings.remove("broker.sealing-keys");
            settings.put(
                    "broker.sealing-keys-file", secrets.file("sealing-keys").toString());
            return new Replica(new BrokerProcess(name, settings), secrets);
        }

        Api api() {
            return new Api(broker.url(), SANDBOX.fusionAuth());
        }

        void takes(String keys) {
            var before = readAt();
            secrets.put("sealing-keys", keys);
            Waiting.until(() -> !readAt().equals(before));
        }

        private String readAt() {
            aMomentPasses();
            var ready = given().baseUri(broker.management().toString()).get("/q/health/ready");
            assertThat(ready.statusCode()).as(ready.asString()).isEqualTo(200);
            return Json.at(ready, "checks[?(@.name == 'secret files')].data.read_at");
        }
    }
}
