package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.ApiKey;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.wire.Interference;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code keep-alive} as an operator runs it: a process that does its work and ends, or is ended. */
@Timeout(120)
class KeepAliveIT {

    private static final int ACCOUNTS = 150;

    @AutoClose
    private final Sandbox sandbox = Sandbox.start(0, 0);

    @AutoClose
    private final PlainProvider plain = new PlainProvider();

    /** The process at work, for a test that ends it. */
    private final AtomicReference<Process> process = new AtomicReference<>();

    private final Map<String, String> settings = settings();
    private final UUID provider = UUID.randomUUID();

    /** Those that are a month old and more. */
    private final List<String> accounts = new ArrayList<>();

    private final BrokerProcess broker = new BrokerProcess("keep-alive-broker", settings);

    @TempDir
    Path folder = Path.of("");

    @BeforeEach
    void addPlainProvider() {
        sandbox.fusionAuth().addProvider(plain.registered("Plain").withId(provider));
    }

    @AfterEach
    void stopBroker() {
        broker.close();
    }

    @Test
    void theAccountsAreRenewedWithoutListening() throws IOException {
        linkOld(2);

        try (var taken = new ServerSocket(0)) {
            var ended = keepAlive(taken.getLocalPort(), "--rate", "1000");

            assertThat(ended.stdout())
                    .contains("holds 2 grants")
                    .contains("2 accounts due: 2 renewed, 0 healthy, 0 need a person, 0 failed, 0 without link");
            assertThat(ended.code()).isZero();
        }
        assertThat(plain.tokenRequests().size()).isEqualTo(2);
        everyAccountMints();
    }

    @Test
    void aRunThatWasKilledIsResumedAndNoAccountIsLost() throws IOException {
        var checkpoint = folder.resolve("checkpoint.json").toString();
        linkOld(ACCOUNTS);
        plain.suffer((request, work) -> {
            if (plain.tokenRequests().size() == 120) {
                // Dead before this token is sent; the account keeps the one it has.
                process.get().destroyForcibly().onExit().join();
                return Reply.dropped();
            }
            return work.get();
        });

        assertThat(keepAlive(0, "--rate", "1000", "--checkpoint", checkpoint).code())
                .isNotZero();
        plain.suffer(Interference.NONE);
        letTheLeaseEnd();

        var resumed = keepAlive(0, "--rate", "1000", "--checkpoint", checkpoint);
        assertThat(resumed.stdout())
                .contains("Going on where the last run stopped: 100 accounts due: 100 renewed")
                .contains("Done: ");
        assertThat(resumed.code()).isZero();
        assertThat(plain.tokenRequests().size()).isEqualTo(ACCOUNTS);
        everyAccountMints();
    }

    @Test
    void aRunThatIsToldToStopFinishesTheAccountAtHand() throws IOException {
        linkOld(20);
        plain.suffer((request, work) -> {
            process.get().destroy();
            return work.get();
        });

        var ended = keepAlive(0);
        plain.suffer(Interference.NONE);

        assertThat(ended.stdout()).contains("Stopped: as told, after 1 accounts due: 1 renewed");
        assertThat(ended.code()).isNotZero();
        assertThat(plain.tokenRequests().size()).isEqualTo(1);
        everyAccountMints();
    }

    @Test
    void aBrokerThatIsToldToStopFinishesTheAccountAtHandInTheBackground() throws IOException {
        linkOld(20);
        var stopping = new CompletableFuture<Void>();
        var isReady = new CompletableFuture<Void>();
        var isFirst = new AtomicBoolean(true);
        plain.suffer((request, work) -> {
            var reply = work.get();
            if (request.path().equals("/token") && isFirst.compareAndSet(true, false)) {
                isReady.orTimeout(10, TimeUnit.SECONDS).join();
                Thread.ofVirtual().start(() -> {
                    broker.close();
                    stopping.complete(null);
                });
                waitsLongerThan(Duration.ofSeconds(3), stopping);
            }
            return reply;
        });
        broker.start();
        isReady.complete(null);

        stopping.orTimeout(60, TimeUnit.SECONDS).join();
        plain.suffer(Interference.NONE);
        assertThat(plain.tokenRequests().size()).isEqualTo(1);
        everyAccountMints();
    }

    @Test
    void aRunBesideARunningBrokerSpendsNoTokenTwice() throws IOException {
        linkOld(30);
        broker.start();

        var ended = keepAlive(0, "--rate", "1000");
        assertThat(ended.code()).isZero();
        Waiting.until(() -> plain.tokenRequests().size() >= 30);

        assertThat(plain.tokenRequests().size()).isEqualTo(30);
        everyAccountMints();
    }

    @Test
    void aWrongArgumentEndsItWithTheUsage() throws IOException {
        var wrong = keepAlive(0, "--fast");

        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.stderr())
                .startsWith("keep-alive: unknown argument: --fast. Usage: ")
                .hasLineCount(1);
    }

    @Test
    void onlyADiscoveryNeedsAKeyThatMaySearch() throws IOException {
        linkOld(1);
        sandbox.fusionAuth()
                .addApiKey(new ApiKey(
                        "no-search-and-no-writes-for-this-key",
                        null,
                        Map.of(
                                "/api/identity-provider/link", Set.of("GET"),
                                "/api/identity-provider", Set.of("GET"),
                                "/api/user", Set.of("GET"))));
        settings.put("broker.fusionauth.api-key", "no-search-and-no-writes-for-this-key");

        var refused = keepAlive(0, "--discover");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.stdout())
                .contains("Stopped: FusionAuth refuses the broker's API key for POST /api/user/search");

        var passed = keepAlive(0);
        assertThat(passed.stdout()).contains("1 accounts due: 1 renewed");
        assertThat(passed.code()).isZero();
    }

    private Map<String, String> settings() {
        var settings = new HashMap<>(sandbox.settingsOfTheImpatient());
        settings.put("broker.fusionauth.api-key", FusionAuthStandIn.DISCOVERY_API_KEY);
        return settings;
    }

    private record Ended(int code, String stdout, String stderr) {}

    private Ended keepAlive(int port, String... options) throws IOException {
        var logs = Files.createTempDirectory(BrokerProcess.logs(), "keep-alive-");
        var stdout = logs.resolve("stdout.log");
        var stderr = logs.resolve("stderr.log");
        var arguments = new String[options.length + 1];
        arguments[0] = "keep-alive";
        System.arraycopy(options, 0, arguments, 1, options.length);
        var started =
                BrokerProcess.launch(BrokerProcess.write("keep-alive", settings), port, stdout, stderr, arguments);
        process.set(started);
        try {
            if (!started.waitFor(60, TimeUnit.SECONDS)) {
                started.destroyForcibly();
                throw new IllegalStateException("It does not end; see " + logs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        var ended = new Ended(started.exitValue(), Files.readString(stdout), Files.readString(stderr));
        if (ended.code() == 0) {
            // The operator's terminal.
            assertThat(ended.stderr()).doesNotContain(" ERROR ", "Providers are kept", "\tat ");
        }
        return ended;
    }

    /** Accounts that were linked elsewhere; the store knows them, and their tokens are forty days old. */
    private void linkOld(int number) throws IOException {
        IntStream.range(0, number).forEach(i -> {
            var identity = "identity-%03d".formatted(i);
            sandbox.fusionAuth()
                    .addLink(FusionAuthStandIn.ALICE_ID, provider, identity, identity, plain.refreshToken(identity));
            accounts.add(new AccountId(provider, identity).toString());
        });
        assertThat(keepAlive(0, "--discover").stdout())
                .contains("Done: 2 users, %d accounts added; 0 accounts due".formatted(number));
        assertThat(update("issued_at = issued_at - " + Duration.ofDays(40).toMillis()))
                .isEqualTo(number);
    }

    /** As if the next run came a minute later. */
    private void letTheLeaseEnd() {
        update("lease_until = 0");
    }

    private int update(String what) {
        try (var store = DriverManager.getConnection("jdbc:sqlite:" + sandbox.store());
                var statement = store.createStatement()) {
            return statement.executeUpdate("UPDATE grants SET " + what);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void everyAccountMints() {
        broker.close();
        broker.start();
        var api = new Api(broker.url(), sandbox.fusionAuth());
        assertThat(accounts)
                .allSatisfy(account ->
                        api.mint(account, Map.of("force_refresh", true)).then().statusCode(200));
    }

    /** So long that a broker which waits for nothing has ended. */
    private static void waitsLongerThan(Duration time, CompletableFuture<Void> ended) {
        try {
            ended.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException stillWaiting) {
            return;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
        throw new IllegalStateException("The broker has ended before its provider answered");
    }
}
