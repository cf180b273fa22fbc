package io.tokenbroker.keepalive;

import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.LINK_API;
import static io.tokenbroker.mint.Minting.linkOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.account.AccountId;
import io.tokenbroker.fusionauth.UserApi;
import io.tokenbroker.keepalive.CommandLine.Options;
import io.tokenbroker.mint.Renewals;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.Fault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.fusionauth.Unknown;
import io.tokenbroker.sandbox.fusionauth.User;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.TestTime;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Accounts that nobody has minted for in a month: at Entra, where a used token stays good, and where it is spent. */
@QuarkusTest
@Timeout(60)
class KeepAliveTest extends LinkingTest {

    private static final Duration MONTH = Duration.ofDays(31);
    private static final String SEARCH = "/api/user/search";
    private static final List<Duration> PAUSES = List.of(Duration.ofMillis(1), Duration.ofMillis(1));

    @TempDir
    Path folder = Path.of("");

    private final UserApi users;
    private final UserAccounts accounts;
    private final Renewals renewals;
    private final BrokerSettings settings;
    private final List<UUID> moreUsers = new ArrayList<>();
    private final Stopping stopping = new Stopping();
    private final PlainProvider plain = plainProvider();
    private UUID plainId = new UUID(0, 0);
    private int exit;

    @Inject
    KeepAliveTest(UserApi users, UserAccounts accounts, Renewals renewals, BrokerSettings settings) {
        this.users = users;
        this.accounts = accounts;
        this.renewals = renewals;
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
        var before = List.of(token(reusable), token(spent));
        TestTime.advance(MONTH);
        var young = link(plainId, plain, "plain-young");
        var youngBefore = token(young);

        assertThat(run()).contains("3 accounts: 2 renewed, 1 healthy, 0 need a person, 0 failed");

        assertThat(exit).isZero();
        assertThat(List.of(token(reusable), token(spent))).doesNotContainAnyElementsOf(before);
        assertThat(token(young)).isEqualTo(youngBefore);
        assertThat(sandbox().fusionAuth().links()).hasSize(3);
        assertThat(run()).contains("3 accounts: 0 renewed, 3 healthy");
        Broker.mint(spent, Map.of("force_refresh", true)).then().statusCode(200);
    }

    @Test
    void aDryRunOnlyCounts() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var before = linkOf(account);
        TestTime.advance(MONTH);

        assertThat(run(new Options(1000, Optional.empty(), true)))
                .contains("1 accounts: 1 to renew, 0 healthy, 0 need a person, 0 failed");

        assertThat(exit).isZero();
        assertThat(linkOf(account)).isEqualTo(before);
        assertThat(sandbox().entra().refreshes(BLAKE)).isZero();
    }

    @Test
    void whatACrashLeftIsFinished() {
        var whole = linkOf(link(plainId, plain, "link-and-shadow"));
        var half = linkOf(link(plainId, plain, "shadow-only"));
        TestTime.advance(Duration.ofMinutes(2));
        shadow(whole, "newer-of-whole");
        shadow(half, "newer-of-half");
        sandbox().fusionAuth().removeLink(plainId, "shadow-only");
        TestTime.advance(Duration.ofMinutes(2));

        assertThat(run()).contains("2 accounts: 0 renewed, 2 healthy");

        assertThat(sandbox().fusionAuth().links())
                .extracting(Link::identityProviderUserId, Link::token)
                .containsExactlyInAnyOrder(
                        tuple("link-and-shadow", "newer-of-whole"), tuple("shadow-only", "newer-of-half"));
    }

    @Test
    void whatACrashLeftAndCannotBeFinishedIsAFailure() {
        var account = link(plainId, plain, "plain-left");
        var whole = linkOf(account);
        TestTime.advance(Duration.ofMinutes(2));
        shadow(whole, "newer");
        TestTime.advance(Duration.ofMinutes(2));
        sandbox().fusionAuth().fault(Fault.of(Fault.Kind.ERROR_500).on("DELETE", LINK_API));

        assertThat(run())
                .contains("1 accounts: 0 renewed, 0 healthy, 0 need a person, 1 failed")
                .contains(account + " failed: fusionauth_unavailable, what was left of it is not finished yet");
        assertThat(exit).isEqualTo(1);

        sandbox().fusionAuth().clearFaults();
        assertThat(run()).contains("1 accounts: 0 renewed, 1 healthy, 0 need a person, 0 failed");
        assertThat(exit).isZero();
    }

    @Test
    void whoeverMustActIsNamedByAccountAndReasonAndIsNoFailure() {
        var revoked = Broker.link(Sandbox.CONTOSO, BLAKE);
        var without = new AccountId(plainId, "no-token");
        sandbox().fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, plainId, "no-token", "n@example.com", null);
        sandbox().entra().directory().revokeSessions(BLAKE);
        TestTime.advance(MONTH);

        var printed = run();

        assertThat(exit).isZero();
        assertThat(printed)
                .contains("2 accounts: 0 renewed, 0 healthy, 2 need a person, 0 failed")
                .contains(revoked + " needs a person: reauthorization_required, revoked")
                .contains(without + " needs a person: no_refresh_token")
                .doesNotContain("@");
    }

    @Test
    void oneAccountsFailureStopsNoOther() {
        var unusable = new AccountId(Sandbox.EVERYONE, "of-nobody");
        sandbox()
                .fusionAuth()
                .addLink(FusionAuthStandIn.ALICE_ID, Sandbox.EVERYONE, "of-nobody", "N", "a-token-of-nobody");
        var account = link(plainId, plain, "plain-good");
        var before = token(account);
        TestTime.advance(MONTH);

        var printed = run();

        assertThat(exit).isEqualTo(1);
        assertThat(printed)
                .contains("2 accounts: 1 renewed, 0 healthy, 0 need a person, 1 failed")
                .contains(unusable + " failed: provider_misconfigured, its endpoint is /common");
        assertThat(token(account)).isNotEqualTo(before);
    }

    @Test
    void onlyWhoIsRegisteredForTheApplicationIsAUserOfIt() {
        var stranger = sandbox()
                .fusionAuth()
                .putUser(User.of(UUID.randomUUID(), FusionAuthStandIn.TENANT_ID, "s@example.com", "S", Instant.EPOCH));
        moreUsers.add(stranger.id());
        linkOld(stranger.id(), "of-a-stranger");
        TestTime.advance(MONTH);

        assertThat(run()).contains(" 0 accounts");
        assertThat(plain.tokenRequests()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aRunGoesOnWhereTheLastOneWasInterrupted(Unknown.SearchEngine engine) {
        sandbox().fusionAuth().switches().set(engine);
        var checkpoint = folder.resolve("keep-alive.json");
        addUsers(120);
        var registered = registered();
        registered.forEach(user -> linkOld(user, "identity-of-" + user));
        TestTime.advance(MONTH);
        var searches = new AtomicInteger();
        sandbox().fusionAuth().before(request -> {
            if (request.path().equals(SEARCH) && searches.incrementAndGet() == 2) {
                sandbox()
                        .fusionAuth()
                        .fault(Fault.of(Fault.Kind.UNAVAILABLE_503).on("POST", SEARCH));
            }
        });

        var interrupted = run(options(checkpoint));
        // Other tests' users, of no application, may be on the page too.
        var first = plain.tokenRequests().size();
        var firstPage = "%1$d users, %1$d accounts: %1$d renewed".formatted(first);
        assertThat(first).isBetween(1, 100);
        assertThat(interrupted).contains(firstPage).contains("Stopped: FusionAuth");
        assertThat(exit).isEqualTo(1);

        sandbox().fusionAuth().clearFaults();
        var total = registered.size();
        assertThat(run(options(checkpoint)))
                .contains("Going on where the last run stopped: " + firstPage)
                .contains("Done: %d users, %d accounts: %d renewed, 0 healthy".formatted(total, total, total));
        assertThat(exit).isZero();
        assertThat(plain.tokenRequests()).hasSize(total);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aCheckpointThatIsNoneStopsTheRunBeforeItBegins() throws IOException {
        var checkpoint = folder.resolve("keep-alive.json");
        Files.writeString(checkpoint, "{\"row\":");

        assertThat(run(options(checkpoint))).contains("Stopped: the checkpoint cannot be used");

        assertThat(exit).isEqualTo(1);
        assertThat(sandbox().fusionAuth().count("POST", SEARCH)).isZero();
    }

    @Test
    void aFusionAuthThatIsAwayForAMomentIsWaitedFor() {
        link(plainId, plain, "plain-patient");
        TestTime.advance(MONTH);
        sandbox()
                .fusionAuth()
                .fault(Fault.of(Fault.Kind.UNAVAILABLE_503).on("POST", SEARCH).times(2));
        sandbox()
                .fusionAuth()
                .fault(Fault.of(Fault.Kind.UNAVAILABLE_503).on("GET", LINK_API).times(2));

        assertThat(run()).contains("1 accounts: 1 renewed");
        assertThat(exit).isZero();
    }

    @Test
    void aTokenThatFusionAuthDoesNotTakeIsHeldUntilItDoes() {
        var account = link(plainId, plain, "plain-held");
        TestTime.advance(MONTH);
        sandbox()
                .fusionAuth()
                .fault(Fault.of(Fault.Kind.UNAVAILABLE_503).on("POST", LINK_API).times(9));

        assertThat(run()).contains("Waiting: FusionAuth has not stored 1 new refresh tokens yet");

        assertThat(sandbox().fusionAuth().links()).hasSize(1);
        Broker.mint(account, Map.of("force_refresh", true)).then().statusCode(200);
    }

    @Test
    void aTenantThatWantsAShortPauseGetsIt() {
        Broker.link(Sandbox.CONTOSO, BLAKE);
        TestTime.advance(MONTH);
        sandbox()
                .entra()
                .faults()
                .add(io.tokenbroker.sandbox.entra.Fault.throttled(Duration.ofSeconds(1))
                        .times(1));

        assertThat(run()).contains("1 accounts: 1 renewed");
    }

    @Test
    void aTenantThatIsAwayIsNotAskedForEachOfItsAccounts() {
        IntStream.range(0, 20).forEach(i -> linkOld(FusionAuthStandIn.ALICE_ID, "plain-away-" + i));
        TestTime.advance(MONTH);
        letTheBrokerLook();
        plain.away(true);

        assertThat(run())
                .contains("20 accounts: 0 renewed, 0 healthy, 0 need a person, 20 failed")
                .contains("failed: provider_unavailable, failing")
                .contains("failed: provider_unavailable, not asked again");
        assertThat(exit).isEqualTo(1);
    }

    @Test
    void aRunThatIsToldToStopFinishesTheAccountAtHand() {
        IntStream.range(0, 5).forEach(i -> linkOld(FusionAuthStandIn.ALICE_ID, "plain-stop-" + i));
        TestTime.advance(MONTH);
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.method().equals("POST") && request.path().equals(LINK_API)) {
                stopping.tell();
            }
        });

        assertThat(run()).contains("Stopped: as told", "1 accounts: 1 renewed");

        assertThat(exit).isEqualTo(1);
        assertThat(plain.tokenRequests()).hasSize(1);
        assertThat(sandbox().fusionAuth().links())
                .hasSize(5)
                .noneMatch(link -> link.identityProviderUserId().contains("~"));
    }

    private String run() {
        return run(new Options(1000, Optional.empty(), false));
    }

    private String run(Options options) {
        var printed = new ByteArrayOutputStream();
        var keepAlive = new KeepAlive(users, accounts, renewals, stopping, settings, PAUSES);
        exit = keepAlive.run(options, new PrintStream(printed, true, StandardCharsets.UTF_8));
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static Options options(Path checkpoint) {
        return new Options(1000, Optional.of(checkpoint), false);
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

    /** A link as old as this test makes it. */
    private void linkOld(UUID user, String identity) {
        sandbox().fusionAuth().addLink(user, plainId, identity, identity, plain.refreshToken(identity));
    }

    private static String token(String account) {
        return String.valueOf(linkOf(account).token());
    }

    private static void shadow(Link link, String token) {
        sandbox()
                .fusionAuth()
                .addLink(
                        link.userId(),
                        link.identityProviderId(),
                        link.identityProviderUserId() + "~rotating",
                        String.valueOf(link.displayName()),
                        token);
    }
}
