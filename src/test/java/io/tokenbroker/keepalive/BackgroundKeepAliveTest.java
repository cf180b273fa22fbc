package io.tokenbroker.keepalive;

import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.linkOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.grant.GrantSeal;
import io.tokenbroker.keepalive.GrantKeeper.Discovery;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.ops.ReadGauges;
import io.tokenbroker.refresh.Renewals;
import io.tokenbroker.refresh.Renewals.Renewal;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.seal.OneKey;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.TestTime;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a broker does in the background, one pass at a time. */
@QuarkusTest
@TestProfile(KeepAliveSettings.class)
@Timeout(60)
class BackgroundKeepAliveTest extends LinkingTest {

    private static final Duration MONTH = Duration.ofDays(31);

    private final DueGrants due;
    private final ExpiringGrants expiring;
    private final GrantKeeper keeper;
    private final Discovery discovery;
    private final RememberedLinks links;
    private final Renewals renewals;
    private final GrantSeal seal;
    private final Clock clock;
    private final Stopping stopping = new Stopping();
    private final BrokerSettings settings;
    private final PlainProvider plain = plainProvider();
    private final AtomicInteger asked = new AtomicInteger();
    private Runnable background = () -> {};
    private UUID plainId = new UUID(0, 0);

    @Inject
    BackgroundKeepAliveTest(
            DueGrants due,
            ExpiringGrants expiring,
            GrantKeeper keeper,
            Discovery discovery,
            RememberedLinks links,
            Renewals renewals,
            GrantSeal seal,
            BrokerSettings settings,
            Clock clock) {
        this.due = due;
        this.expiring = expiring;
        this.keeper = keeper;
        this.discovery = discovery;
        this.links = links;
        this.renewals = renewals;
        this.seal = seal;
        this.clock = clock;
        this.settings = settings;
    }

    @BeforeEach
    void begin() {
        background = new BackgroundKeepAlive(due, expiring, keeper, stopping, settings, clock)::passIfDue;
        plainId = add(plain.registered("Plain"));
        plain.suffer((request, work) -> {
            if (request.path().equals("/token")) {
                asked.incrementAndGet();
            }
            return work.get();
        });
    }

    @Test
    void whatIsDueIsRenewedOnce() {
        var account = linked("plain-old");
        var before = Rows.of(account);
        passAfter(MONTH);
        passAfter(Duration.ofHours(2));

        assertThat(asked).hasValue(1);
        assertThat(Rows.of(account).issuedAt()).isGreaterThan(before.issuedAt());
        assertThat(Rows.of(account).version()).isNotEqualTo(before.version());
    }

    @Test
    void whatAnotherReplicaRenewsJustBeforeIsNotRenewedAgain() {
        var account = linked("plain-old");
        TestTime.advance(MONTH);
        var asBoth = links.read(AccountId.parse(account).orElseThrow()).orElseThrow();
        var before = clock.instant().minus(Duration.ofDays(30));

        assertThat(renewals.renew(asBoth, before)).isInstanceOf(Renewal.Renewed.class);
        assertThat(renewals.renew(asBoth, before)).isInstanceOf(Renewal.Healthy.class);

        assertThat(asked).hasValue(1);
    }

    @Test
    void theNextPassComesAMinuteLaterAtTheEarliest() {
        passAfter(MONTH);
        linked("plain-old");
        StoreMemory.database().run("test", session -> session.update("UPDATE grants SET issued_at = 1"));

        passAfter(Duration.ofSeconds(30));
        assertThat(asked).hasValue(0);
        passAfter(Duration.ofSeconds(31));
        assertThat(asked).hasValue(1);
    }

    @Test
    void aFailureIsTriedAgainAnHourLater() {
        var account = linked("plain-failing");
        plain.away(true);
        passAfter(MONTH);
        var afterFirst = asked.get();
        assertThat(afterFirst).isPositive();

        plain.away(false);
        passAfter(Duration.ofMinutes(58));
        assertThat(asked).hasValue(afterFirst);
        passAfter(Duration.ofMinutes(3));
        assertThat(asked).hasValue(afterFirst + 1);
        mints(account);
    }

    @Test
    void aProviderThatWasAwayIsAskedAgainInALaterPass() {
        var accounts = IntStream.range(0, 20)
                .mapToObj(i -> linked("plain-away-%02d".formatted(i)))
                .toList();
        plain.away(true);
        passAfter(MONTH);
        assertThat(asked.get()).isLessThan(accounts.size());

        plain.away(false);
        asked.set(0);
        passAfter(Duration.ofMinutes(61));

        assertThat(asked).hasValue(accounts.size());
        accounts.forEach(BackgroundKeepAliveTest::mints);
    }

    @Test
    void whileAProviderIsAwayOnlyTheRowsThatItWasAskedForArePutOff() {
        IntStream.range(0, 20).forEach(i -> linked("plain-away-%02d".formatted(i)));
        plain.away(true);
        passAfter(MONTH);

        assertThat(Rows.all()).filteredOn(row -> row.nextLookAt() > 0).hasSize(5);
    }

    @Test
    void aTenantThatWantsAPauseHoldsUpNoOther() {
        Broker.link(Sandbox.CONTOSO, BLAKE);
        linked("plain-good");
        sandbox().entra().faults().add(io.tokenbroker.sandbox.entra.EntraFault.throttled(Duration.ofSeconds(59)));

        passAfter(MONTH);

        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
        assertThat(asked).hasValue(1);
    }

    @Test
    void aPassEndsWhereFusionAuthIsAwayAndMostRowsAreNotPutOff() {
        var accounts =
                IntStream.range(0, 20).mapToObj(i -> linked("plain-" + i)).toList();
        sandbox().fusionAuth().fault(FusionAuthFault.of(FusionAuthFault.Kind.UNAVAILABLE_503));
        passAfter(MONTH);
        assertThat(Rows.all()).filteredOn(row -> row.nextLookAt() > 0).hasSize(5);
        assertThat(asked).hasValue(0);

        sandbox().fusionAuth().clearFaults();
        passAfter(Duration.ofMinutes(2));
        assertThat(asked).hasValue(accounts.size() - 5);
        passAfter(Duration.ofHours(1));
        assertThat(asked).hasValue(accounts.size());
    }

    @Test
    void aRowWithoutLinkIsLookedAtDailyAndDeletedAfterADay() {
        var account = linked("plain-gone");
        sandbox().fusionAuth().removeLink(plainId, "plain-gone");
        passAfter(MONTH);
        assertThat(Rows.of(account).goneSince()).isPresent();

        passAfter(Duration.ofHours(2));
        assertThat(Rows.of(account).nextLookAt())
                .isBetween(
                        clock.millis() + Duration.ofHours(23).toMillis(),
                        clock.millis() + Duration.ofDays(1).toMillis());
        passAfter(Duration.ofHours(23));
        assertThat(Rows.find(account)).isPresent();
        passAfter(Duration.ofHours(2));
        assertThat(Rows.find(account)).isEmpty();
    }

    @Test
    void aRowThatWasSignedInToMeanwhileIsNotDeleted() {
        var account = linked("plain-back");
        sandbox().fusionAuth().removeLink(plainId, "plain-back");
        passAfter(MONTH);
        var stale = due.due(keeper.issuedBefore(), clock.instant(), Optional.empty(), 10);
        TestTime.advance(Duration.ofDays(2));
        var noted = due.due(keeper.issuedBefore(), clock.instant(), Optional.empty(), 10);
        sandbox()
                .fusionAuth()
                .addLink(FusionAuthStandIn.ALICE_ID, plainId, "plain-back", "B", plain.refreshToken("plain-back"));
        mints(account);

        assertThat(stale).isEmpty();
        assertThat(noted)
                .singleElement()
                .satisfies(row -> assertThat(due.gone(row)).isFalse());
        assertThat(Rows.of(account).goneSince()).isEmpty();
        mints(account);
    }

    @Test
    void aMarkedRowIsLookedAtDailyWithoutItsProvider() {
        var account = linked("plain-refused");
        plain.refusesRefreshes(Map.of("error", "invalid_grant"));
        passAfter(MONTH);
        assertThat(Rows.of(account).status()).isEqualTo("reauthorization_required");
        passAfter(Duration.ofHours(2));
        var second = Rows.of(account).nextLookAt();

        assertThat(asked).hasValue(1);
        assertThat(second).isGreaterThan(clock.millis() + Duration.ofHours(23).toMillis());
        passAfter(Duration.ofHours(23));
        assertThat(Rows.of(account).nextLookAt()).isEqualTo(second);
        assertThat(asked).hasValue(1);
    }

    @Test
    void aRowOfADeactivatedOwnerIsLookedAtDailyAndKept() {
        var owner = sandbox().fusionAuth().addUser("leaver@example.com", "Leaver");
        sandbox().fusionAuth().addLink(owner.id(), plainId, "of-a-leaver", "L", plain.refreshToken("of-a-leaver"));
        discovery.add(owner.id(), false);
        sandbox().fusionAuth().putUser(owner.withActive(false));
        try {
            passAfter(MONTH);
            assertThat(Rows.all())
                    .singleElement()
                    .satisfies(row -> assertThat(row.nextLookAt())
                            .isGreaterThan(clock.millis() + Duration.ofHours(23).toMillis()));

            passAfter(Duration.ofDays(2));
            passAfter(Duration.ofDays(2));
            assertThat(asked).hasValue(0);
            assertThat(Rows.all()).hasSize(1);

            sandbox().fusionAuth().putUser(owner);
            passAfter(Duration.ofDays(2));
            assertThat(asked).hasValue(1);
        } finally {
            sandbox().fusionAuth().removeUser(owner.id());
        }
    }

    @Test
    void aRowWithoutAReadableAccountStopsNoOther() {
        var account = linked("plain-good");
        sealByTheOldKey(linked("plain-unreadable"));
        sealByTheOldKey(account);
        StoreMemory.database()
                .run(
                        "test",
                        session -> session.update("UPDATE grants SET account_id = 'a' WHERE account_id <> ?", account));

        passAfter(MONTH);

        assertThat(asked).hasValue(1);
        assertThat(due.underOtherKeys()).isEqualTo(1);
        mints(account);
    }

    @Test
    void accessTokensThatHaveExpiredAreDropped() {
        mints(linked("plain-minted"));
        assertThat(Rows.accessTokens()).isEqualTo(1);

        passAfter(Duration.ofMinutes(30));
        assertThat(Rows.accessTokens()).isEqualTo(1);
        passAfter(Duration.ofHours(2));
        assertThat(Rows.accessTokens()).isZero();
    }

    @Test
    void aRowOfAnOldKeyIsSealedByTheFirst() {
        var accounts =
                IntStream.range(0, 3).mapToObj(i -> linked("plain-key-" + i)).toList();
        accounts.forEach(this::sealByTheOldKey);
        assertThat(due.underOtherKeys()).isEqualTo(3);
        ReadGauges.now();
        assertThat(Management.given().get("/q/metrics").asString())
                .contains("broker_store_grants_under_other_keys 3.0");
        var before = Rows.all();

        passAfter(Duration.ofMinutes(2));

        assertThat(due.underOtherKeys()).isZero();
        assertThat(Rows.all())
                .extracting(Rows.Row::version)
                .isEqualTo(before.stream().map(Rows.Row::version).toList());
        assertThat(Rows.all())
                .extracting(Rows.Row::token)
                .doesNotContainAnyElementsOf(
                        before.stream().map(Rows.Row::token).toList());
        accounts.forEach(BackgroundKeepAliveTest::mints);
        assertThat(asked).hasValue(3);
    }

    @Test
    void aRowOfAnOldKeyIsSealedByTheFirstAlsoWhileFusionAuthIsAway() {
        IntStream.range(0, 6).mapToObj(i -> linked("plain-key-" + i)).toList().forEach(this::sealByTheOldKey);
        sandbox().fusionAuth().fault(FusionAuthFault.of(FusionAuthFault.Kind.UNAVAILABLE_503));

        passAfter(MONTH);

        assertThat(due.underOtherKeys()).isZero();
    }

    @Test
    void aRowOfAnUnknownKeyStaysAsItIs() {
        var account = linked("plain-unknown-key");
        StoreMemory.database()
                .run(
                        "test",
                        session -> session.update(
                                "UPDATE grants SET refresh_token = ?",
                                new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}));
        var before = Rows.of(account);

        passAfter(Duration.ofMinutes(2));

        assertThat(Rows.of(account)).isEqualTo(before);
        assertThat(due.underOtherKeys()).isEqualTo(1);
    }

    @Test
    void aPassThatIsToldToStopFinishesTheRowAtHand() {
        var accounts =
                IntStream.range(0, 3).mapToObj(i -> linked("plain-stop-" + i)).toList();
        plain.suffer((request, work) -> {
            stopping.tell();
            return work.get();
        });
        passAfter(MONTH);

        assertThat(plain.tokenRequests()).hasSize(1);
        assertThat(List.copyOf(accounts)).allSatisfy(BackgroundKeepAliveTest::mints);
    }

    /** Time passes, and the scheduler comes by. */
    private void passAfter(Duration time) {
        TestTime.advance(time);
        background.run();
    }

    private String linked(String identity) {
        sandbox()
                .fusionAuth()
                .addLink(FusionAuthStandIn.ALICE_ID, plainId, identity, identity, plain.refreshToken(identity));
        discovery.add(FusionAuthStandIn.ALICE_ID, false);
        return new AccountId(plainId, identity).toString();
    }

    private void sealByTheOldKey(String account) {
        var id = AccountId.parse(account).orElseThrow();
        var root = StoreMemory.database()
                .run(
                        "test",
                        session -> session.rows(
                                row -> row.getString("root"), "SELECT root FROM grants WHERE account_id = ?", account))
                .getFirst();
        var sealed = OneKey.sealer(sandbox().settings(), KeepAliveSettings.OLD_KEY)
                .seal(Secret.of(String.valueOf(linkOf(account).token())), account, "refresh_token", root);
        StoreMemory.database()
                .run(
                        "test",
                        session -> session.update(
                                "UPDATE grants SET refresh_token = ? WHERE account_id = ?", sealed, account));
        assertThat(seal.openRefreshToken(id, root, sealed).reveal())
                .isEqualTo(linkOf(account).token());
    }

    private static void mints(String account) {
        Broker.mint(account, Map.of()).then().statusCode(200);
    }
}
