package io.tokenbroker.monitoring;

import static io.tokenbroker.event.TwoReceivers.OPERATIONS;
import static io.tokenbroker.event.TwoReceivers.SELDOM;
import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.DEVON;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.contosos;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static io.tokenbroker.mint.Minting.ofPeople;
import static io.tokenbroker.mint.Minting.providerLike;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.event.TestEvents;
import io.tokenbroker.event.TwoReceivers;
import io.tokenbroker.grant.UnstoredTokens;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.ops.ReadGauges;
import io.tokenbroker.provider.ReloadProviders;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.fusionauth.ApiKey;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.support.AuditLines;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.SandboxResource;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Alerts on what the broker really shows. Only Prometheus can see that it is down: {@code PrometheusIT}. */
@QuarkusTest
@TestProfile(TwoReceivers.class)
@Timeout(60)
class ProvokedAlertsTest extends BrokerTest {

    private static final Map<String, Set<String>> NO_USERS = Map.of("/api/identity-provider/link", Set.of("GET"));

    private static final Map<String, Set<String>> NO_LINKS =
            Map.of("/api/user", Set.of("GET"), "/api/identity-provider", Set.of("GET"));

    @TempDir
    private Path folder = Path.of("target");

    @Inject
    UnstoredTokens unstored;

    private String account = "";
    private Scrape well = new Scrape(Map.of(), Map.of());

    @BeforeEach
    void mintWell() {
        TwoReceivers.forget();
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
        mint(account, ARM).then().statusCode(200);
        well = scrape();
    }

    @AfterEach
    void mend() {
        StoreMemory.comesBack();
        Waiting.until(() -> unstored.size() == 0);
        sandbox().reset();
        theKeyMay(FusionAuthStandIn.BROKER_PERMISSIONS);
        ReloadProviders.now();
        ReadGauges.now();
    }

    @Test
    void aClientThatTheTenantRefusesIsSeen() throws Exception {
        sandbox().entra().app().expireSecrets();
        mint(account, GRAPH).then().statusCode(502);

        assertSeen("TokenBrokerProviderMisconfigured", "TokenBrokerMintErrors");
    }

    @Test
    void aProviderThatCannotBeUsedIsSeen() throws Exception {
        var contoso = providerLike(Sandbox.CONTOSO).withId(Sandbox.CONTOSO);
        sandbox().fusionAuth().addProvider(contoso.withEnabled(false));
        ReloadProviders.now();
        mint(account, GRAPH).then().statusCode(502);

        assertSeen("TokenBrokerProviderMisconfigured");
    }

    @Test
    void aProviderThatAnswersNobodyIsSeen() throws Exception {
        var failing = ofPeople(4);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP));
        for (var i = 0; i < 20; i++) {
            mintAnew(failing.get(i % failing.size()), ARM).then().statusCode(503);
        }

        assertSeen("TokenBrokerCircuitOpen", "TokenBrokerProviderFailing", "TokenBrokerMintErrors");
    }

    @Test
    void aProviderThatIsSlowIsSeen() throws Exception {
        sandbox().entra().faults().add(EntraFault.slow(Duration.ofMillis(5_100)).times(1));
        mint(account, GRAPH).then().statusCode(200);

        assertSeen("TokenBrokerMintsSlow");
    }

    @Test
    void aRefreshThatDoesNotEndIsSeen() throws Exception {
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG).times(1));
        var stuck = CompletableFuture.supplyAsync(() -> mint(account, GRAPH), Thread::startVirtualThread);
        Waiting.until(() -> sandbox().entra().faults().hanging() > 0);
        TestTime.advanceTicker(Duration.ofMinutes(3));

        assertSeen("TokenBrokerRefreshStuck");

        sandbox().entra().faults().clear();
        stuck.join();
        assertThat(scrape().samples()).containsEntry("broker_refreshes_oldest_seconds", 0.0);
    }

    @Test
    void aCacheThatIsFullIsSeen() throws Exception {
        for (var i = 0; i < 200; i++) {
            mint(new AccountId(Sandbox.CONTOSO, "nobody-" + i).toString(), ARM)
                    .then()
                    .statusCode(404);
        }

        var full = scrape();
        assertThat(full.sum("broker_cache_bytes", "missed_links"))
                .isGreaterThan(0.95 * full.sum("broker_cache_limit_bytes", "missed_links"));
        new Provoked(well, full).isSeenBy(List.of("TokenBrokerMemoryFull"), folder);
    }

    @Test
    void aFusionAuthThatFailsIsSeen() throws Exception {
        sandbox().fusionAuth().fault(FusionAuthFault.of(FusionAuthFault.Kind.ERROR_500));
        TestTime.advance(Duration.ofMinutes(5));
        mint(account, ARM).then().statusCode(503);

        assertSeen("TokenBrokerFusionAuthFailing", "TokenBrokerMintErrors");
    }

    @Test
    void anApiKeyThatMayNotReadLinksIsSeen() throws Exception {
        theKeyMay(NO_LINKS);
        TestTime.advance(Duration.ofMinutes(5));
        mint(account, ARM).then().statusCode(502).body(json("code", equalTo("upstream_error")));

        assertSeen("TokenBrokerFusionAuthRefuses", "TokenBrokerMintErrors");
    }

    /** Where the settings give the providers, it need not. */
    @Test
    void anApiKeyThatMayNotReadProvidersIsCountedApart() throws Exception {
        var less = new HashMap<>(FusionAuthStandIn.BROKER_PERMISSIONS);
        less.remove("/api/identity-provider");
        theKeyMay(less);
        ReloadProviders.now();

        var scrape = scrape();
        assertThat(scrape.sum(
                        "broker_upstream_calls_seconds_count", "operation=\"providers\",outcome=\"unauthorized\""))
                .isGreaterThan(well.sum(
                        "broker_upstream_calls_seconds_count", "operation=\"providers\",outcome=\"unauthorized\""));
        new Provoked(well, scrape).isNotSeenBy("TokenBrokerFusionAuthRefuses", folder);
    }

    @Test
    void anApiKeyThatMayNotReadUsersIsSeen() throws Exception {
        theKeyMay(NO_USERS);

        assertSeen("TokenBrokerNotReady", "TokenBrokerFusionAuthRefuses");
    }

    @Test
    void aStoreThatIsAwayAndTheTokenThatItDidNotTakeAreSeen() throws Exception {
        sandbox().entra().consents().grant(DEVON, ARM);
        var singleUse = Broker.link(Sandbox.ADATUM, DEVON);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG).times(1));
        var late = CompletableFuture.supplyAsync(() -> mint(singleUse, ARM), Thread::startVirtualThread);
        Waiting.until(() -> sandbox().entra().faults().hanging() > 0);
        StoreMemory.goesAway();
        sandbox().entra().faults().clear();
        late.join();
        Waiting.until(() -> StoreMemory.database().isAway());

        assertSeen("TokenBrokerStoreUnavailable", "TokenBrokerUnstoredTokens");
    }

    @Test
    void aStoreThatWasLostIsSeen() throws Exception {
        TestTime.advance(Duration.ofDays(61));
        StoreMemory.forget();
        mint(account, ARM).then().statusCode(200);

        assertSeen("TokenBrokerUnknownGrants");
    }

    @Test
    void accountsThatNeedTheirPeopleAreSeenAlsoTheFirst() throws Exception {
        var accounts = ofPeople(11);
        contosos(11).forEach(person -> sandbox().entra().directory().revokeSessions(person));
        accounts.forEach(one -> mintAnew(one, ARM).then().statusCode(409));

        assertThat(well.sum("broker_accounts", "state=\"reauthorization_required\""))
                .isZero();
        assertSeen("TokenBrokerAccountsNeedAPerson");
    }

    @Test
    void aTokenThatEndsIsSeenBeforeAndCountedAfterwards() throws Exception {
        TestTime.advance(Duration.ofDays(80));
        assertSeen("TokenBrokerRefreshTokenNearEnd");

        TestTime.advance(Duration.ofDays(11));

        var provider = "provider=\"" + Sandbox.CONTOSO + "\"";
        var after = scrape();
        assertThat(after.sum("broker_refresh_tokens_ended", provider)).isEqualTo(1);
        assertThat(after.samples().keySet()).noneMatch(series -> series.startsWith("broker_refresh_token_days_left"));
        assertThat(after.sum("broker_refresh_tokens_near_end", provider)).isZero();
        assertThat(well.sum("broker_refresh_tokens_ended", provider)).isZero();
    }

    /** As of a person who has left: keep-alive renews those of the others alone. */
    @Test
    void aTokenThatAloneIsNotRenewedIsCounted() throws Exception {
        var others = ofPeople(2);
        TestTime.advance(Duration.ofDays(80));
        others.forEach(other -> mint(other, ARM).then().statusCode(200));

        var provider = "provider=\"" + Sandbox.CONTOSO + "\"";
        var scrape = scrape();
        assertThat(scrape.sum("broker_refresh_tokens_near_end", provider)).isEqualTo(1);
        assertThat(scrape.sum("broker_refresh_token_days_left", provider)).isBetween(9.9, 10.0);
        new Provoked(well, scrape).isNotSeenBy("TokenBrokerRefreshTokenNearEnd", folder);
    }

    @Test
    void aReceiverThatTakesNoEventsIsSeen() throws Exception {
        OPERATIONS.answers(Reply.empty(500));
        Broker.link(Sandbox.FABRIKAM, CASEY);
        TestTime.advance(Duration.ofMinutes(20));
        assertSeen("TokenBrokerEventsBehind");

        Waiting.until(() -> StoreMemory.database()
                .rows("untried", row -> 1, "SELECT 1 FROM events WHERE receiver = 'operations' AND failure IS NULL")
                .isEmpty());
        StoreMemory.eventsWereTriedFor(Duration.ofDays(3));
        TestTime.advance(Duration.ofHours(2));
        Waiting.until(() -> scrape().sum("broker_events_dead", "receiver=\"operations\"") > 0);

        assertSeen("TokenBrokerEventsDead");
    }

    @Test
    void aClientThatAsksTooOftenIsSeen() throws Exception {
        for (var i = 0; i < 12; i++) {
            Broker.bearer(SELDOM.key()).body(Map.of("resource", ARM)).post("/accounts/{id}/token", account);
        }

        assertSeen("TokenBrokerCallerRateLimited");
    }

    @Test
    void anAuditFileThatTakesNothingIsSeen() throws Exception {
        var renamed = AuditLines.FILE.resolveSibling("audit-before-the-alert.jsonl");
        Files.move(AuditLines.FILE, renamed);
        Files.createDirectory(AuditLines.FILE);
        try {
            mintAnew(account, ARM).then().statusCode(200);

            assertSeen("TokenBrokerAuditUnwritten");
        } finally {
            Files.delete(AuditLines.FILE);
        }
    }

    @Test
    void aFileOfASecretThatCannotBeUsedIsSeen() throws Exception {
        SandboxResource.secrets().put("mounted", "no digest");
        Waiting.until(() -> refusedFiles() == 1);
        try {
            assertSeen("TokenBrokerSecretFilesRefused");
        } finally {
            SandboxResource.secrets().putBack();
            Waiting.until(() -> refusedFiles() == 0);
        }
    }

    private static void theKeyMay(Map<String, Set<String>> permissions) {
        sandbox().fusionAuth().addApiKey(new ApiKey(FusionAuthStandIn.BROKER_API_KEY, null, permissions));
    }

    private static double refusedFiles() {
        return Scrape.now().samples().getOrDefault("broker_secret_files_refused", -1.0);
    }

    private void assertSeen(String... alerts) throws IOException, InterruptedException {
        new Provoked(well, scrape()).isSeenBy(List.of(alerts), folder);
    }

    private static Scrape scrape() {
        ReadGauges.now();
        TestEvents.readBacklog();
        return Scrape.now();
    }
}
