package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.ApiKey;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.sandbox.process.BrokerProcess;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code keep-alive} as cron runs it: a process that does its work and ends, or is ended. */
@Timeout(120)
class KeepAliveIT {

    private static final int USERS = 150;

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    @AutoClose
    private final PlainProvider plain = new PlainProvider();

    /** The process at work, for who kills it. */
    private final AtomicReference<Process> process = new AtomicReference<>();

    private final Map<String, String> settings = new HashMap<>(SANDBOX.settings());
    private final UUID provider = UUID.randomUUID();
    private final List<UUID> added = new ArrayList<>();

    @TempDir
    Path folder = Path.of("");

    @BeforeEach
    void beginAnew() {
        SANDBOX.reset();
        SANDBOX.fusionAuth().addProvider(plain.registered("Plain").withId(provider));
    }

    @AfterEach
    void takeBackUsers() {
        added.forEach(SANDBOX.fusionAuth()::removeUser);
    }

    @Test
    void theAccountsAreKeptAliveWithoutListening() throws IOException {
        linkOld(FusionAuthStandIn.ALICE_ID, "one");
        linkOld(FusionAuthStandIn.ZOE_ID, "two");

        try (var taken = new ServerSocket(0)) {
            var ended = keepAlive(taken.getLocalPort(), "--rate", "1000");

            assertThat(ended.stdout()).contains("2 accounts: 2 renewed, 0 healthy, 0 need a person, 0 failed");
            assertThat(ended.code()).isZero();
        }
        everyAccountIsWhole(2);
    }

    @Test
    void aRunThatWasKilledIsResumedAndNoAccountIsLost() throws IOException {
        var checkpoint = folder.resolve("checkpoint.json").toString();
        addUsers();
        var killed = new AtomicBoolean();
        SANDBOX.fusionAuth().after((request, reply) -> {
            var isSecondPage = SANDBOX.fusionAuth().count("POST", "/api/user/search") == 2;
            if (isSecondPage && request.body().contains("~rotating") && killed.compareAndSet(false, true)) {
                // Dead before FusionAuth answers.
                process.get().destroyForcibly().onExit().join();
            }
        });

        assertThat(keepAlive(0, "--rate", "1000", "--checkpoint", checkpoint).code())
                .isNotZero();
        assertThat(SANDBOX.fusionAuth().links())
                .anyMatch(link -> link.identityProviderUserId().endsWith("~rotating"));
        letTheShadowGrowStale();

        var resumed = keepAlive(0, "--rate", "1000", "--checkpoint", checkpoint);
        assertThat(resumed.stdout()).contains("Going on where the last run stopped: 100 users");
        assertThat(resumed.code()).isZero();
        everyAccountIsWhole(USERS);
    }

    @Test
    void aRunThatIsToldToStopFinishesTheAccountAtHand() throws IOException {
        addUsers();
        SANDBOX.fusionAuth().after((request, reply) -> {
            if (request.method().equals("POST") && request.body().contains("~rotating")) {
                process.get().destroy();
            }
        });

        var ended = keepAlive(0);

        assertThat(ended.stdout()).contains("Stopped: as told");
        assertThat(ended.code()).isNotZero();
        everyAccountIsWhole(USERS);
    }

    @Test
    void whatIsWrongEndsItWithTheReason() throws IOException {
        var wrong = keepAlive(0, "--fast");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.stderr())
                .startsWith("keep-alive: unknown argument: --fast. Usage: ")
                .hasLineCount(1);

        SANDBOX.fusionAuth()
                .addApiKey(new ApiKey("links-only", null, Map.of("/api/identity-provider/link", Set.of("GET"))));
        settings.put("broker.fusionauth.api-key", "links-only");
        var refused = keepAlive(0);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.stdout())
                .contains("Stopped: FusionAuth refuses the broker's API key for POST /api/user/search");
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
        return new Ended(started.exitValue(), Files.readString(stdout), Files.readString(stderr));
    }

    private void addUsers() {
        IntStream.range(0, USERS).forEach(i -> {
            var user = SANDBOX.fusionAuth().addUser("%s-%d@example.com".formatted(provider, i), "Person " + i);
            added.add(user.id());
            linkOld(user.id(), "identity-" + i);
        });
    }

    private void linkOld(UUID user, String identity) {
        var token = plain.refreshToken(identity);
        var then = Instant.now().minus(Duration.ofDays(40));
        SANDBOX.fusionAuth()
                .putLink(new Link(FusionAuthStandIn.TENANT_ID, provider, identity, user, identity, token, then, then));
    }

    /** As if the next run came a while later. */
    private static void letTheShadowGrowStale() {
        SANDBOX.fusionAuth().links().stream()
                .filter(link -> link.identityProviderUserId().endsWith("~rotating"))
                .forEach(shadow -> SANDBOX.fusionAuth()
                        .putLink(new Link(
                                shadow.tenantId(),
                                shadow.identityProviderId(),
                                shadow.identityProviderUserId(),
                                shadow.userId(),
                                shadow.displayName(),
                                shadow.token(),
                                shadow.insertInstant().minus(Duration.ofMinutes(2)),
                                null)));
    }

    private void everyAccountIsWhole(int accounts) {
        assertThat(SANDBOX.fusionAuth().links())
                .hasSize(accounts)
                .noneMatch(link -> link.identityProviderUserId().contains("~"))
                .allMatch(link -> plain.isGood(String.valueOf(link.token())));
    }
}
