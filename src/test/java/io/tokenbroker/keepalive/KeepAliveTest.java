package io.tokenbroker.keepalive;

import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.LINK_API;
import static io.tokenbroker.mint.Minting.linkOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.database.Database;
import io.tokenbroker.grant.UnstoredTokens;
import io.tokenbroker.keepalive.GrantKeeper.Discovery;
import io.tokenbroker.keepalive.KeepAlive.Options;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Unknown;
import io.tokenbroker.sandbox.fusionauth.User;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.support.AuditLines;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pass by hand over accounts that no back end has minted for in a month. */
@QuarkusTest
@TestProfile(KeepAliveSettings.class)
@Timeout(60)
class KeepAliveTest extends LinkingTest {

    private static final Duration MONTH = Duration.ofDays(31);
    private static final String SEARCH = "/api/user/search";
    private static final List<Duration> PAUSES = List.of(Duration.ofMillis(1), Duration.ofMillis(1));
    private static final List<Duration> PATIENT = Collections.nCopies(300, Duration.ofMillis(100));
    private static final Pattern RENEWED = Pattern.compile("Done: \\d+ accounts due: (\\d+) renewed");

    @TempDir
    Path folder = Path.of("");

    private final DueGrants due;
    private final GrantKeeper keeper;
    private final Discovery discovery;
    private final UnstoredTokens unstored;
    private final Database database;
    private final BrokerSettings settings;
    private final List<UUID> moreUsers = new ArrayList<>();
    private final Stopping stopping = new Stopping();
    private final PlainProvider plain = plainProvider();
    private UUID plainId = new UUID(0, 0);
    private int exit;

    @Inject
    KeepAliveTest(
            DueGrants due,
            GrantKeeper keeper,
            Discovery discovery,
            UnstoredTokens unstored,
            Database database,
            BrokerSettings settings) {
        this.due = due;
        this.keeper = keeper;
        this.discovery = discovery;
        this.unstored = unstored;
        this.database = database;
        this.settings = settings;
    }

    @BeforeEach
    void addPlainProvider() {
        plainId = add(plain.registered("Plain"));
    }

    @AfterEach
    void takeBackUsers() {
        moreUsers.forEach(sandbox().fusionAuth()::removeUser);
    }

    @Test
    void anOldTokenIsRenewedOfEitherKindAndAYoungOneIsLeft() {
        var reusable = Broker.link(Sandbox.CONTOSO, BLAKE);
        var spent = link(plainId, plain, "plain-old");
        var links = List.of(linkOf(reusable), linkOf(spent));
        TestTime.advance(MONTH);
        var young = link(plainId, plain, "plain-young");
        var before = Rows.all();
        var requests = sandbox().fusionAuth().counts();
        var told = AuditLines.behind(0).size();

        assertThat(run())
                .contains(" holds 3 grants")
                .contains("Done: 2 accounts due: 2 renewed, 0 healthy, 0 need a person, 0 failed, 0 without link");

        assertThat(exit).isZero();
        assertThat(AuditLines.behind(told))
                .filteredOn(event -> event.path("event").asText().equals("renew"))
                .allSatisfy(event ->
                        assertThat(event.path("caller").path("kind").asText()).isEqualTo("broker"))
                .extracting(event -> event.path("account").path("id").asText() + " "
                        + event.path("outcome").asText() + " "
                        + event.path("door").asText())
                .containsExactlyInAnyOrder(reusable + " renewed keep-alive", spent + " renewed keep-alive");
        assertThat(List.of(Rows.of(reusable), Rows.of(spent))).doesNotContainAnyElementsOf(before);
        assertThat(before).contains(Rows.of(young));
        assertThat(List.of(linkOf(reusable), linkOf(spent))).isEqualTo(links);
        assertThat(sandbox().fusionAuth().counts().keySet())
                .filteredOn(request -> !request.startsWith("GET"))
                .allSatisfy(request -> assertThat(sandbox().fusionAuth().counts())
                        .containsEntry(request, requests.getOrDefault(request, 0)));
        assertThat(run()).contains("Done: 0 accounts due");
        Broker.mint(spent, Map.of("force_refresh", true)).then().statusCode(200);
    }

    @Test
    void aDryRunOnlyCounts() {
        var renewable = Broker.link(Sandbox.CONTOSO, BLAKE);
        var gone = linkElsewhere("plain-gone");
        linkElsewhere("plain-marked");
        discover();
        TestTime.advance(MONTH);
        sandbox().fusionAuth().removeLink(plainId, "plain-gone");
        plain.refusesRefreshes(Map.of("error", "invalid_grant"));
        sandbox().fusionAuth().removeLink(Sandbox.CONTOSO, linkOf(renewable).identityProviderUserId());
        run();
        var again = Broker.link(Sandbox.CONTOSO, "bea@contoso.com");
        TestTime.advance(MONTH);
        linkElsewhere("plain-unknown");
        var before = Rows.all();
        var requests = plain.tokenRequests().size();

        assertThat(run(new Options(1000, Optional.empty(), true, true)))
                .contains("1 accounts to add; 4 accounts due: 1 to renew, 0 healthy, 1 need a person, 0 failed, "
                        + "2 without link");

        assertThat(exit).isZero();
        assertThat(Rows.all()).isEqualTo(before);
        assertThat(Rows.find(gone)).isPresent();
        assertThat(plain.tokenRequests()).hasSize(requests);
        assertThat(sandbox().entra().refreshes("bea@contoso.com")).isZero();
        assertThat(Rows.find(again)).isPresent();
    }

    @Test
    void anAccountThatNeedsItsPersonIsNamedWithTheReasonAndIsNoFailure() {
        var revoked = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().directory().revokeSessions(BLAKE);
        TestTime.advance(MONTH);

        var printed = run();

        assertThat(exit).isZero();
        assertThat(printed)
                .contains("1 accounts due: 0 renewed, 0 healthy, 1 need a person, 0 failed")
                .contains(revoked + " needs a person: reauthorization_required, revoked")
                .doesNotContain("@");
        assertThat(Rows.of(revoked).status()).isEqualTo("reauthorization_required");
    }

    @Test
    void aMarkedAccountIsNamedAndItsProviderIsNotAskedAgain() {
        var revoked = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().directory().revokeSessions(BLAKE);
        TestTime.advance(MONTH);
        run();
        var asked = sandbox().entra().refreshes(BLAKE);
        TestTime.advance(Duration.ofHours(1));

        assertThat(run())
                .contains("1 accounts due: 0 renewed, 0 healthy, 1 need a person, 0 failed")
                .contains(revoked + " needs a person: reauthorization_required");

        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(asked);
    }

    @Test
    void anAccountOfADeactivatedOwnerIsNotRenewed() {
        var owner = sandbox().fusionAuth().addUser("leaver@example.com", "Leaver");
        moreUsers.add(owner.id());
        sandbox().fusionAuth().addLink(owner.id(), plainId, "of-a-leaver", "L", plain.refreshToken("of-a-leaver"));
        discover();
        sandbox().fusionAuth().putUser(owner.withActive(false));
        TestTime.advance(MONTH);

        assertThat(run())
                .contains("1 accounts due: 0 renewed, 0 healthy, 1 need a person, 0 failed")
                .contains(new AccountId(plainId, "of-a-leaver") + " needs a person: user_disabled");
        assertThat(exit).isZero();
        assertThat(plain.tokenRequests()).isEmpty();

        sandbox().fusionAuth().putUser(owner);
        TestTime.advance(Duration.ofMinutes(1));
        assertThat(run()).contains("1 accounts due: 1 renewed");
    }

    @Test
    void oneAccountsFailureStopsNoOther() {
        var unusable = new AccountId(Sandbox.EVERYONE, "of-nobody");
        sandbox()
                .fusionAuth()
                .addLink(FusionAuthStandIn.ALICE_ID, Sandbox.EVERYONE, "of-nobody", "N", "a-token-of-nobody");
        var account = linkElsewhere("plain-good");
        discover();
        var before = Rows.of(account);
        TestTime.advance(MONTH);

        var printed = run();

        assertThat(exit).isEqualTo(1);
        assertThat(printed)
                .contains("2 accounts due: 1 renewed, 0 healthy, 0 need a person, 1 failed")
                .contains(unusable + " failed: provider_misconfigured, its endpoint is /common");
        assertThat(Rows.of(account)).isNotEqualTo(before);
    }

    @Test
    void aRowWithoutLinkIsDeletedOnceTheLinkHasBeenGoneForADay() {
        var account = linkElsewhere("plain-gone");
        discover();
        TestTime.advance(MONTH);
        Broker.mint(account, Map.of()).then().statusCode(200);
        sandbox().fusionAuth().removeLink(plainId, "plain-gone");
        TestTime.advance(MONTH);

        assertThat(run()).contains("1 accounts due: 0 renewed, 0 healthy, 0 need a person, 0 failed, 1 without link");
        assertThat(Rows.of(account).goneSince()).isPresent();

        TestTime.advance(Duration.ofHours(23));
        assertThat(run()).contains("1 without link");
        assertThat(Rows.find(account)).isPresent();
        assertThat(Rows.accessTokens()).isEqualTo(1);

        TestTime.advance(Duration.ofHours(2));
        assertThat(run()).contains("1 without link");
        assertThat(exit).isZero();
        assertThat(Rows.find(account)).isEmpty();
        assertThat(Rows.accessTokens()).isZero();
        assertThat(run()).contains("holds 0 grants");
    }

    @Test
    void aRowLivesOnWhenItsLinkIsBack() {
        var account = linkElsewhere("plain-back");
        var link = linkOf(account);
        discover();
        TestTime.advance(MONTH);
        sandbox().fusionAuth().removeLink(plainId, "plain-back");
        run();
        assertThat(Rows.of(account).goneSince()).isPresent();
        sandbox().fusionAuth().putLink(link);
        TestTime.advance(Duration.ofDays(2));

        assertThat(run()).contains("1 accounts due: 1 renewed, 0 healthy, 0 need a person, 0 failed, 0 without link");

        assertThat(Rows.of(account).goneSince()).isEmpty();
        Broker.mint(account, Map.of("force_refresh", true)).then().statusCode(200);
    }

    @Test
    void aYoungRowWhoseLinkIsBackIsHealthy() {
        var account = linkElsewhere("plain-young");
        discover();
        database.run("test", session -> session.update("UPDATE grants SET gone_since = 1"));

        assertThat(run()).contains("1 accounts due: 0 renewed, 1 healthy, 0 need a person, 0 failed, 0 without link");

        assertThat(Rows.of(account).goneSince()).isEmpty();
        assertThat(plain.tokenRequests()).isEmpty();
    }

    @Test
    void severalRunsAtOnceRenewEachAccountOnce() {
        var accounts = IntStream.range(0, 40)
                .mapToObj(i -> linkElsewhere("plain-shared-" + i))
                .toList();
        discover();
        TestTime.advance(MONTH);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var runs = IntStream.range(0, 4)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> printed(all(), new Stopping(), PAUSES), threads))
                    .toList();
            var renewed = runs.stream()
                    .map(CompletableFuture::join)
                    .mapToInt(KeepAliveTest::renewed)
                    .sum();
            assertThat(renewed).isEqualTo(accounts.size());
        }

        assertThat(plain.tokenRequests()).hasSize(accounts.size());
        assertThat(accounts)
                .allSatisfy(account -> Broker.mint(account, Map.of("force_refresh", true))
                        .then()
                        .statusCode(200));
    }

    @Test
    void aRunGoesOnAfterTheLastPageThatItFinished() {
        var accounts = IntStream.range(0, 120)
                .mapToObj(i -> linkElsewhere("plain-%03d".formatted(i)))
                .toList();
        discover();
        var checkpoint = folder.resolve("keep-alive.json");
        TestTime.advance(MONTH);
        plain.suffer((request, work) -> {
            var reply = work.get();
            if (plain.tokenRequests().size() == 103) {
                sandbox()
                        .fusionAuth()
                        .fault(FusionAuthFault.of(FusionAuthFault.Kind.UNAVAILABLE_503)
                                .on("GET", LINK_API));
            }
            return reply;
        });

        assertThat(run(options(checkpoint, false)))
                .contains("100 accounts due: 100 renewed")
                .contains("failed: fusionauth_unavailable")
                .contains("Stopped: FusionAuth");
        assertThat(exit).isEqualTo(1);
        assertThat(plain.tokenRequests()).hasSize(103);

        plain.suffer((request, work) -> work.get());
        sandbox().fusionAuth().clearFaults();
        assertThat(run(options(checkpoint, false)))
                .contains("Going on where the last run stopped: 100 accounts due: 100 renewed")
                .contains("Done: 117 accounts due: 117 renewed, 0 healthy, 0 need a person, 0 failed");
        assertThat(exit).isZero();
        assertThat(plain.tokenRequests()).hasSize(accounts.size());
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource
    void aDiscoveryGoesOnWhereTheLastOneWasInterrupted(Unknown.SearchEngine engine) {
        sandbox().fusionAuth().switches().set(engine);
        var checkpoint = folder.resolve("keep-alive.json");
        addUsers(120);
        var registered = registered();
        registered.forEach(user -> linkElsewhere(user, "identity-of-" + user));
        TestTime.advance(MONTH);
        var searches = new AtomicInteger();
        sandbox().fusionAuth().before(request -> {
            if (request.path().equals(SEARCH) && searches.incrementAndGet() == 2) {
                sandbox()
                        .fusionAuth()
                        .fault(FusionAuthFault.of(FusionAuthFault.Kind.UNAVAILABLE_503)
                                .on("POST", SEARCH));
            }
        });

        var interrupted = run(options(checkpoint, true));
        // Other tests' users, of no application, may be on the page too.
        var first = Rows.all().size();
        var firstPage = "%1$d users, %1$d accounts added".formatted(first);
        assertThat(first).isBetween(1, 100);
        assertThat(interrupted).contains(firstPage).contains("Stopped: FusionAuth");
        assertThat(exit).isEqualTo(1);
        assertThat(plain.tokenRequests()).isEmpty();

        sandbox().fusionAuth().clearFaults();
        var total = registered.size();
        assertThat(run(options(checkpoint, true)))
                .contains("Going on where the last run stopped: " + firstPage)
                .contains("Done: %1$d users, %1$d accounts added; %1$d accounts due: %1$d renewed, 0 healthy"
                        .formatted(total));
        assertThat(exit).isZero();
        assertThat(plain.tokenRequests()).hasSize(total);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void onlyADiscoverySearchesForUsersAndItKnowsWhatIsKnown() {
        linkElsewhere("plain-unknown");
        link(plainId, plain, "plain-known");
        TestTime.advance(MONTH);

        assertThat(run()).contains("Done: 1 accounts due: 1 renewed");
        assertThat(sandbox().fusionAuth().count("POST", SEARCH)).isZero();

        assertThat(run(new Options(1000, Optional.empty(), false, true)))
                .contains(" 1 accounts added; 1 accounts due: 1 renewed");
        assertThat(sandbox().fusionAuth().count("POST", SEARCH)).isPositive();
        assertThat(run(new Options(1000, Optional.empty(), false, true))).contains(" 0 accounts added; 0 accounts due");
    }

    @Test
    void aDiscoveryFailsWhereTheStoreIsAway() throws IOException {
        linkElsewhere("plain-unknown");
        var store = new StoreFile();
        sandbox().fusionAuth().before(request -> {
            if (request.path().equals(SEARCH) && store.wasTaken()) {
                store.putBack();
            }
            store.takeAwayAt(request.path().equals(SEARCH));
        });
        try {
            assertThat(run(new Options(1000, Optional.empty(), false, true))).contains("Stopped: the store");
        } finally {
            store.putBack();
        }

        assertThat(exit).isEqualTo(1);
        assertThat(run(new Options(1000, Optional.empty(), false, true))).contains(" 1 accounts added");
    }

    @Test
    void aDiscoveryWaitsForAStoreThatIsAwayForAMoment() throws IOException {
        linkElsewhere("plain-unknown");
        var store = new StoreFile();
        var looks = new AtomicInteger();
        sandbox().fusionAuth().before(request -> {
            store.takeAwayAt(request.path().equals(SEARCH));
            if (request.path().equals(LINK_API) && looks.incrementAndGet() == 3) {
                store.putBack();
            }
        });
        try {
            assertThat(run(new Options(1000, Optional.empty(), false, true), PATIENT))
                    .contains(" 1 accounts added; 0 accounts due");
        } finally {
            store.putBack();
        }
        assertThat(exit).isZero();
    }

    @Test
    void aTokenThatTheStoreDidNotTakeIsStoredWhileTheRunGoesOn() {
        linkElsewhere("plain-first");
        linkElsewhere("plain-second");
        discover();
        TestTime.advance(MONTH);
        var store = new StoreFile();
        var isStoredMeanwhile = new CompletableFuture<Boolean>();
        plain.suffer((request, work) -> {
            var answer = work.get();
            if (!store.wasTaken()) {
                store.takeAwayAt(true);
            } else {
                isStoredMeanwhile.complete(becomes(() -> unstored.size() == 0));
            }
            return answer;
        });
        Thread.startVirtualThread(() -> {
            Waiting.until(() -> unstored.size() == 1);
            store.putBack();
        });

        assertThat(run(all(), PATIENT)).contains("2 accounts due");

        assertThat(isStoredMeanwhile).isCompletedWithValue(true);
    }

    private static boolean becomes(BooleanSupplier state) {
        try {
            Waiting.until(state, Duration.ofSeconds(20));
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    /** The file of the broker under test, which is taken away once. */
    private final class StoreFile {

        private final Path file = Path.of(database.name().substring("jdbc:sqlite:".length()));
        private final Path elsewhere = Path.of(file + ".elsewhere");
        private boolean wasTaken;

        synchronized void takeAwayAt(boolean moment) {
            if (moment && !wasTaken) {
                wasTaken = true;
                move(file, elsewhere);
            }
        }

        synchronized boolean wasTaken() {
            return wasTaken;
        }

        synchronized void putBack() {
            if (Files.exists(elsewhere)) {
                move(elsewhere, file);
                Waiting.until(() -> !database.isAway());
            }
        }

        private static void move(Path from, Path to) {
            try {
                Files.move(from, to);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void aDiscoveryLooksOnlyAtUsersOfTheApplication() {
        var stranger = sandbox()
                .fusionAuth()
                .putUser(User.of(UUID.randomUUID(), FusionAuthStandIn.TENANT_ID, "s@example.com", "S", Instant.EPOCH));
        moreUsers.add(stranger.id());
        linkElsewhere(stranger.id(), "of-a-stranger");
        TestTime.advance(MONTH);

        assertThat(run(new Options(1000, Optional.empty(), false, true))).contains(" 0 accounts added; 0 accounts due");
        assertThat(Rows.all()).isEmpty();
    }

    @Test
    void aCheckpointThatIsNoneStopsTheRunBeforeItBegins() throws IOException {
        var checkpoint = folder.resolve("keep-alive.json");
        Files.writeString(checkpoint, "{\"row\":");
        linkElsewhere("plain-untouched");
        discover();
        TestTime.advance(MONTH);

        assertThat(run(options(checkpoint, false))).contains("Stopped: the checkpoint cannot be used");

        assertThat(exit).isEqualTo(1);
        assertThat(plain.tokenRequests()).isEmpty();
    }

    @Test
    void aFusionAuthThatIsAwayForAMomentIsWaitedFor() {
        linkElsewhere("plain-patient");
        discover();
        TestTime.advance(MONTH);
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.UNAVAILABLE_503)
                        .on("GET", LINK_API)
                        .times(2));

        assertThat(run()).contains("1 accounts due: 1 renewed");
        assertThat(exit).isZero();
    }

    @Test
    void aTenantThatWantsAShortPauseGetsIt() {
        Broker.link(Sandbox.CONTOSO, BLAKE);
        TestTime.advance(MONTH);
        sandbox()
                .entra()
                .faults()
                .add(io.tokenbroker.sandbox.entra.EntraFault.throttled(Duration.ofSeconds(1))
                        .times(1));

        assertThat(run()).contains("1 accounts due: 1 renewed");
    }

    @Test
    void aTenantThatIsAwayIsNotAskedForEachOfItsAccounts() {
        IntStream.range(0, 20).forEach(i -> linkElsewhere("plain-away-" + i));
        discover();
        TestTime.advance(MONTH);
        letTheBrokerLook();
        plain.away(true);

        assertThat(run())
                .contains("20 accounts due: 0 renewed, 0 healthy, 0 need a person, 20 failed")
                .contains("failed: provider_unavailable, failing")
                .contains("failed: provider_unavailable, not asked again");
        assertThat(exit).isEqualTo(1);

        plain.away(false);
        advance(Duration.ofMinutes(10));
        assertThat(run()).contains("20 accounts due: 20 renewed");
    }

    @Test
    void aRunThatIsToldToStopFinishesTheAccountAtHand() {
        var accounts = IntStream.range(0, 5)
                .mapToObj(i -> linkElsewhere("plain-stop-" + i))
                .toList();
        discover();
        TestTime.advance(MONTH);
        plain.suffer((request, work) -> {
            stopping.tell();
            return work.get();
        });

        assertThat(run()).contains("Stopped: as told", "1 accounts due: 1 renewed");

        assertThat(exit).isEqualTo(1);
        assertThat(plain.tokenRequests()).hasSize(1);
        assertThat(accounts)
                .allSatisfy(account -> Broker.mint(account, Map.of("force_refresh", true))
                        .then()
                        .statusCode(200));
    }

    @Test
    void aRunIsNoFasterThanItsRate() {
        IntStream.range(0, 8).forEach(i -> linkElsewhere("plain-slow-" + i));
        discover();
        TestTime.advance(MONTH);
        var began = System.nanoTime();

        assertThat(run(new Options(5, Optional.empty(), false, false))).contains("8 accounts due: 8 renewed");

        // Two have no wait; the pauses of the others are uneven, half of 200 ms at least.
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(400));
    }

    private String run() {
        return run(all());
    }

    private String run(Options options) {
        return run(options, PAUSES);
    }

    private String run(Options options, List<Duration> pauses) {
        return printed(options, stopping, pauses);
    }

    private String printed(Options options, Stopping until, List<Duration> pauses) {
        var printed = new ByteArrayOutputStream();
        var keepAlive = new KeepAlive(due, keeper, discovery, unstored, until, database, settings);
        exit = keepAlive.run(options, new PrintStream(printed, true, StandardCharsets.UTF_8), pauses);
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static Options all() {
        return new Options(1000, Optional.empty(), false, false);
    }

    private static Options options(Path checkpoint, boolean discover) {
        return new Options(1000, Optional.of(checkpoint), false, discover);
    }

    private static int renewed(String printed) {
        var done = RENEWED.matcher(printed);
        return done.find() ? Integer.parseInt(done.group(1)) : 0;
    }

    /** Begins the rows of all accounts that were linked elsewhere. */
    private void discover() {
        sandbox().fusionAuth().users().forEach(user -> discovery.add(user.id(), false));
    }

    private void addUsers(int count) {
        IntStream.range(0, count)
                .forEach(i -> moreUsers.add(sandbox()
                        .fusionAuth()
                        .addUser("keep-alive-%d@example.com".formatted(i), "Person " + i)
                        .id()));
    }

    private static List<UUID> registered() {
        return sandbox().fusionAuth().users().stream()
                .filter(user -> !user.json().path("registrations").isEmpty())
                .map(User::id)
                .toList();
    }

    /** A link of Alice's that this broker has not made; returns the account's id. */
    private String linkElsewhere(String identity) {
        return linkElsewhere(FusionAuthStandIn.ALICE_ID, identity);
    }

    private String linkElsewhere(UUID user, String identity) {
        sandbox().fusionAuth().addLink(user, plainId, identity, identity, plain.refreshToken(identity));
        return new AccountId(plainId, identity).toString();
    }
}
