package io.tokenbroker.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.arc.Arc;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.ApiKey;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Webhooks;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.settings.SecretsRotated;
import io.tokenbroker.settings.Setting;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.Callers;
import io.tokenbroker.support.ClientKey;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.MountedSecrets;
import io.tokenbroker.support.OtherSettings;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.Waiting;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets in files change while the broker serves, in a folder that is swapped as Kubernetes does it. */
@QuarkusTest
@TestProfile(OtherSettings.class)
@Timeout(120)
class SecretFilesTest extends LinkingTest {

    private static final String NEW_SEALING_KEY = IssuedSecrets.record("c2VjcmV0LWZpbGVzLXRlc3QtbmV3LWtleS0zMi1ieXQ=");

    private static final String NEW_KEY = IssuedSecrets.record("tbk_narrow_" + "n".repeat(43));
    private static final String THIRD_KEY = IssuedSecrets.record("tbk_narrow_" + "t".repeat(43));
    private static final String NEW_API_KEY = IssuedSecrets.record("sandbox-limited-key-rotated-8sKpQz3xVb6mTnLw");
    private static final String NEW_WEBHOOK_SECRET =
            IssuedSecrets.record("sandbox-webhook-secret-rotated-2pQvYbW5sVn3xKcJ8f");
    private static final String NEW_EVENT_SECRET = "whsec_b3RoZXItc2V0dGluZ3MtZXZlbnRzLXJvdGF0ZWQ=";
    private static final Map<String, ?> ANEW = Map.of("force_refresh", true);

    /** Of which the next connection alone tells: StoreCredentialsTest. */
    private static final String OF_THE_STORE = "broker.store.password-file";

    private final MountedSecrets secrets = OtherSettings.secrets();

    /** A moment after its start, when the providers have been read. */
    @BeforeEach
    void isReady() {
        Waiting.until(SecretFilesTest::answersAsReady);
    }

    private static boolean answersAsReady() {
        return readiness().statusCode() == 200;
    }

    @AfterEach
    void putBack() {
        OtherSettings.mayReadProviders(false);
        OtherSettings.RECEIVER.forget();
        OtherSettings.RECEIVER.expects(OtherSettings.EVENT_SECRET);
        Stubborn.refuses = false;
        if (secrets.areChanged()) {
            taken(secrets::putBack);
        }
    }

    @Test
    void sealingKeysAreChangedUnderLoadWithoutAFailedRequest() {
        var old = secrets.content("sealing-keys");
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var begunBefore = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");
        try (var callers = new Callers(
                () -> Broker.mint(account, ANEW).then().statusCode(200),
                () -> Broker.mint(account, ANEW).then().statusCode(200),
                () -> Broker.mint(account, Map.of()).then().statusCode(200),
                () -> Broker.link(Sandbox.CONTOSO, "b@contoso.com"),
                () -> Broker.link(Sandbox.CONTOSO, "bea@contoso.com"))) {
            callers.areServed(2);
            taken(() -> secrets.put("sealing-keys", NEW_SEALING_KEY + "," + old));
            Waiting.until(() -> rowsUnderOtherKeysThan(NEW_SEALING_KEY) == 0);
            // Sign-ins that had begun end.
            callers.areServed(2);
            taken(() -> secrets.put("sealing-keys", NEW_SEALING_KEY));
            callers.areServed(2);
        }

        Broker.mint(account, ANEW).then().statusCode(200);
        // The old key is gone indeed.
        problem(Broker.complete(Broker.alice(), begunBefore), 400, "invalid_state");
    }

    @Test
    void aClientsKeyIsChangedInTwoSteps() {
        var both = secrets.content("narrow") + "," + ClientKey.sha256(NEW_KEY);
        isKnown(OtherSettings.NARROW_KEY, true);
        isKnown(NEW_KEY, false);

        taken(() -> secrets.put("narrow", both));
        isKnown(OtherSettings.NARROW_KEY, true);
        isKnown(NEW_KEY, true);

        taken(() -> secrets.put("narrow", ClientKey.sha256(NEW_KEY)));
        isKnown(OtherSettings.NARROW_KEY, false);
        isKnown(NEW_KEY, true);
    }

    @Test
    void fusionAuthIsAskedWithTheNewApiKey() {
        sandbox()
                .fusionAuth()
                .addApiKey(new ApiKey(
                        NEW_API_KEY,
                        null,
                        Map.of(
                                "/api/identity-provider/link", Set.of("GET", "POST", "DELETE"),
                                "/api/identity-provider/link/pending", Set.of("GET"),
                                "/api/user", Set.of("GET"))));
        sandbox().fusionAuth().revokeApiKey(OtherSettings.LIMITED_API_KEY);
        ReadGauges.now();
        assertThat(answersAsReady()).isFalse();

        secrets.put("api-key", NEW_API_KEY);

        Waiting.until(SecretFilesTest::answersAsReady);
        Broker.alice().get("/accounts").then().statusCode(200);
    }

    @Test
    void aProvidersNewClientSecretIsUsed() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var fresh = sandbox().entra().app().replaceSecrets();
        problem(Broker.mint(account, ANEW), 502, "provider_misconfigured");

        taken(() -> secrets.put("contoso", fresh));
        letTheBrokerLook();

        Broker.mint(account, ANEW).then().statusCode(200);
        taken(secrets::putBack);
        letTheBrokerLook();
    }

    @Test
    void webhooksAreCheckedByTheNewSecret() {
        var alice = sandbox().fusionAuth().user(FusionAuthStandIn.ALICE_ID).orElseThrow();
        var body = sandbox().fusionAuth().webhooks().ofUser("user.reactivate", alice);
        assertThat(webhook(body, OtherSettings.WEBHOOK_SECRET)).isEqualTo(204);
        assertThat(webhook(body, NEW_WEBHOOK_SECRET)).isEqualTo(401);

        taken(() -> secrets.put("webhook", NEW_WEBHOOK_SECRET));

        assertThat(webhook(body, OtherSettings.WEBHOOK_SECRET)).isEqualTo(401);
        assertThat(webhook(body, NEW_WEBHOOK_SECRET)).isEqualTo(204);
    }

    @Test
    void eventsAreSignedByTheNewSecret() {
        taken(() -> secrets.put("events", NEW_EVENT_SECRET + "," + OtherSettings.EVENT_SECRET));
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        Waiting.until(() -> hasArrived("account.linked"));
        OtherSettings.RECEIVER.expects(NEW_EVENT_SECRET);

        taken(() -> secrets.put("events", NEW_EVENT_SECRET));
        Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);

        Waiting.until(() -> hasArrived("account.unlinked"));
    }

    /** Each is changed by a test here, so that a setting which is taken nowhere is noticed. */
    @Test
    void everySettingOfAFileIsAmongThose() {
        assertThat(Setting.all().stream().map(Setting::key).filter(key -> key.endsWith("-file")))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(Stream.of(OF_THE_STORE), OtherSettings.keysOfFiles().stream())
                                .map(Setting::pattern)
                                .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gone"})
    void theOnlyKeyOfAClientIsWithdrawn(String content) {
        isKnown(OtherSettings.NARROW_KEY, true);

        if (content.equals("gone")) {
            secrets.remove("narrow");
        } else {
            secrets.put("narrow", content);
        }

        Waiting.until(() -> !isKnown(OtherSettings.NARROW_KEY));
        // It would not start so.
        assertThat(data().get("not taken")).contains("broker.clients.narrow.key-sha256-file", "of: narrow");
        taken(secrets::putBack);
        isKnown(OtherSettings.NARROW_KEY, true);
        assertThat(isRefused()).isFalse();
    }

    @Test
    void aKeyIsWithdrawnAndNoneIsAddedWhileAnotherFileIsGone() {
        taken(() -> secrets.put("narrow", secrets.content("narrow") + "," + ClientKey.sha256(NEW_KEY)));
        secrets.remove("sealing-keys");
        Waiting.until(SecretFilesTest::isRefused);

        secrets.put("narrow", ClientKey.sha256(NEW_KEY) + "," + ClientKey.sha256(THIRD_KEY));

        Waiting.until(() -> !isKnown(OtherSettings.NARROW_KEY));
        isKnown(NEW_KEY, true);
        isKnown(THIRD_KEY, false);
        assertThat(data().get("not taken")).contains("broker.sealing-keys-file", "of: narrow");
    }

    @Test
    void aKeyFileThatIsMalformedWithdrawsNothing() {
        secrets.put("narrow", "0123456789abcdef");
        Waiting.until(SecretFilesTest::isRefused);

        isKnown(OtherSettings.NARROW_KEY, true);

        secrets.putBack();
        Waiting.until(() -> !isRefused());
    }

    @Test
    void aKeyFileThatCannotBeLookedAtWithdrawsNothing() {
        secrets.hide("narrow");
        Waiting.until(SecretFilesTest::isRefused);

        isKnown(OtherSettings.NARROW_KEY, true);

        secrets.putBack();
        Waiting.until(() -> !isRefused());
    }

    @Test
    void aListThatIsBeingWrittenIsNotTaken() {
        var looks = Arc.container()
                .instance(SecretFiles.class, Readiness.Literal.INSTANCE)
                .get();
        var scheduler = Arc.container().instance(Scheduler.class).get();
        var whole = ClientKey.sha256(NEW_KEY) + "," + secrets.content("narrow");
        scheduler.pause();
        try {
            looks.lookAgain();

            // What is cut behind a comma is a list too.
            secrets.put("narrow", ClientKey.sha256(NEW_KEY) + ",");
            looks.lookAgain();
            isKnown(OtherSettings.NARROW_KEY, true);
            secrets.put("narrow", whole);
            looks.lookAgain();
            isKnown(NEW_KEY, false);
            looks.lookAgain();
        } finally {
            scheduler.resume();
        }

        isKnown(OtherSettings.NARROW_KEY, true);
        isKnown(NEW_KEY, true);
    }

    @Test
    void whatTheBrokerItselfFailsAtIsRefusedByNameAlone() {
        Stubborn.refuses = true;
        secrets.put("narrow", secrets.content("narrow") + "," + ClientKey.sha256(NEW_KEY));
        Waiting.until(SecretFilesTest::isRefused);
        assertThat(data().get("not taken")).isEqualTo(IllegalStateException.class.getName());

        taken(() -> Stubborn.refuses = false);

        assertThat(isRefused()).isFalse();
        isKnown(NEW_KEY, true);
    }

    @Test
    void itIsSaidWhenTheFilesWereLookedAt() {
        var before = String.valueOf(data().get("looked_at"));

        Waiting.until(() -> !before.equals(data().get("looked_at")));

        assertThat(Management.given().get("/q/metrics").asString())
                .containsPattern("broker_secret_files_look_age_seconds [0-9]\\.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no base64", "c2hvcnQ=", "gone"})
    void aFileThatCannotBeUsedChangesNothingAndIsSaidOnce(String content) {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var lines = new CopyOnWriteArrayList<String>();
        var listener = listener(lines);
        var log = Logger.getLogger(SecretFiles.class.getName());
        log.addHandler(listener);
        try {
            if (content.equals("gone")) {
                secrets.remove("sealing-keys");
            } else {
                secrets.put("sealing-keys", content);
            }
            Waiting.until(SecretFilesTest::isRefused);
            // Nothing is taken by halves.
            secrets.put("narrow", secrets.content("narrow") + "," + ClientKey.sha256(NEW_KEY));
            var looks = System.nanoTime() + 2_500_000_000L;
            Waiting.until(() -> System.nanoTime() > looks);
        } finally {
            log.removeHandler(listener);
        }

        assertThat(lines).hasSize(1).allSatisfy(line -> assertThat(line).contains("broker.sealing-keys"));
        isKnown(NEW_KEY, false);
        Broker.mint(account, ANEW).then().statusCode(200);
        assertThat(data().get("not taken")).contains("broker.sealing-keys");
        assertThat(Management.given().get("/q/metrics").asString()).contains("broker_secret_files_refused 1.0");

        secrets.putBack();
        Waiting.until(() -> !isRefused());
        assertThat(Management.given().get("/q/metrics").asString()).contains("broker_secret_files_refused 0.0");
    }

    /** Swaps files and waits until the broker has them. */
    private static void taken(Runnable swap) {
        var before = readAt();
        swap.run();
        Waiting.until(() -> !readAt().equals(before));
    }

    private static String readAt() {
        return String.valueOf(data().get("read_at"));
    }

    private static boolean isRefused() {
        return data().containsKey("not taken");
    }

    private static Map<String, String> data() {
        var ready = readiness();
        assertThat(ready.statusCode()).as(ready.asString()).isEqualTo(200);
        return Json.at(ready, "checks[?(@.name == 'secret files')].data");
    }

    private static Response readiness() {
        return Management.given().get("/q/health/ready");
    }

    private static void isKnown(String key, boolean known) {
        assertThat(isKnown(key)).isEqualTo(known);
    }

    private static boolean isKnown(String key) {
        var status = Broker.bearer(key)
                .get("/accounts?user_id=" + FusionAuthStandIn.ALICE_ID)
                .statusCode();
        assertThat(status).isIn(200, 401);
        return status == 200;
    }

    private static int webhook(String body, String secret) {
        return RestAssured.given()
                .contentType("application/json")
                .header(Webhooks.SIGNATURE, Webhooks.signBySecret(body, "HS256", secret))
                .body(body)
                .post("/webhooks/fusionauth")
                .statusCode();
    }

    private static boolean hasArrived(String type) {
        return OtherSettings.RECEIVER.received().stream()
                .anyMatch(event -> event.type().equals(type));
    }

    /** Takes no secrets while it is told not to. */
    @Singleton
    static class Stubborn {

        private static volatile boolean refuses;

        void rotate(@Observes SecretsRotated secrets) {
            if (refuses) {
                throw new IllegalStateException(NEW_SEALING_KEY);
            }
        }
    }

    private static long rowsUnderOtherKeysThan(String base64) {
        var id = Arrays.copyOf(sha256(Base64.getDecoder().decode(base64)), 6);
        return StoreMemory.database()
                .first(
                        "test",
                        row -> row.getLong(1),
                        "SELECT count(*) FROM grants WHERE substr(refresh_token, 1, 6) <> ?",
                        (Object) id)
                .orElseThrow();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Handler listener(List<String> lines) {
        return new Handler() {
            @Override
            public void publish(LogRecord line) {
                if (line.getLevel().intValue() > Level.WARNING.intValue()) {
                    lines.add(new SimpleFormatter().formatMessage(line));
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
