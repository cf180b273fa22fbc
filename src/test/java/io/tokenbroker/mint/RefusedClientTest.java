package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.linkAt;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static io.tokenbroker.mint.Minting.mintsAtOnce;
import static io.tokenbroker.mint.Minting.providerLike;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.provider.ReloadProviders;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.IdentityProvider;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.tenant.HeldBack.RefusedClients;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client whose secret the tenant does not accept: every account of the provider fails, and none is touched. */
@QuarkusTest
@Timeout(60)
class RefusedClientTest extends BrokerTest {

    private IdentityProvider provider = providerLike(Sandbox.CONTOSO);
    private String account = "";

    @BeforeEach
    void link() {
        provider = providerLike(Sandbox.CONTOSO);
        sandbox().fusionAuth().addProvider(provider);
        ReloadProviders.now();
        account = linkAt(provider.id(), Sandbox.CONTOSO, BLAKE);
    }

    @AfterEach
    void removeProvider() {
        sandbox().fusionAuth().removeProvider(provider.id());
        ReloadProviders.now();
    }

    @Test
    void theTenantIsAskedOnceAMinuteForAllAccountsTogether() {
        var other = Broker.link(Sandbox.CONTOSO, CASEY);
        sandbox().entra().app().expireSecrets();
        misconfigured(mint(account, ARM));

        misconfigured(mintAnew(account, GRAPH));
        assertThat(mintsAtOnce(account, 200))
                .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(502));
        misconfigured(mint(other, ARM));
        assertThat(sandbox().entra().refreshes()).isEqualTo(1);

        TestTime.advance(Duration.ofSeconds(61));
        misconfigured(mint(other, ARM));
        misconfigured(mint(account, ARM));
        assertThat(sandbox().entra().refreshes()).isEqualTo(2);
        account(account).then().body(json("status", equalTo("active")));
    }

    @Test
    void aCachedTokenIsServedAllTheSame() {
        mint(account, ARM).then().statusCode(200);
        sandbox().entra().app().expireSecrets();
        misconfigured(mint(account, GRAPH));

        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("cache")));
    }

    @Test
    void aSecretMendedInFusionAuthBeforeAnybodyNoticedCostsNothing() {
        mend();

        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
        assertThat(sandbox().entra().refreshes()).isEqualTo(2);
    }

    @Test
    void onceTheSecretIsMendedInFusionAuthMintsWorkAgainByThemselves() {
        sandbox().entra().app().expireSecrets();
        misconfigured(mint(account, ARM));
        mend();

        ReloadProviders.now();

        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void aSecretMendedAtTheTenantIsNoticedWithinAMinute() {
        var secret = sandbox().entra().app().secret();
        sandbox().entra().app().replaceSecrets();
        misconfigured(mint(account, ARM));
        sandbox().entra().app().addSecret(secret, Duration.ofDays(180));

        misconfigured(mint(account, ARM));
        TestTime.advance(Duration.ofSeconds(61));

        mint(account, ARM).then().statusCode(200);
        assertThat(readiness()).doesNotContainKey("refused: " + provider.id());
    }

    @Test
    void readinessTellsWhichProviderIsRefusedAndWhy() {
        assertThat(readiness()).doesNotContainKey("refused: " + provider.id());
        sandbox().entra().app().expireSecrets();
        misconfigured(mint(account, ARM));

        assertThat(readiness().get("refused: " + provider.id())).contains("invalid_client", "7000222", "FusionAuth");

        mend();
        ReloadProviders.now();
        assertThat(readiness()).doesNotContainKey("refused: " + provider.id());
    }

    @Test
    void theLogTellsItOnceAndOnceThatItIsOver() {
        var logged = new CopyOnWriteArrayList<String>();
        var log = Logger.getLogger(RefusedClients.class.getName());
        var listener = new Handler() {
            @Override
            public void publish(LogRecord line) {
                logged.add(line.getLevel() + " " + new SimpleFormatter().formatMessage(line));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(listener);
        try {
            sandbox().entra().app().expireSecrets();
            for (var i = 0; i < 3; i++) {
                misconfigured(mint(account, ARM));
                TestTime.advance(Duration.ofSeconds(61));
            }
            mend();
            ReloadProviders.now();
            mint(account, ARM).then().statusCode(200);
            mint(account, GRAPH).then().statusCode(200);
        } finally {
            log.removeHandler(listener);
        }
        assertThat(logged).hasSize(2);
        assertThat(logged.getFirst()).startsWith("WARN").contains(AppRegistration.CLIENT_ID);
        assertThat(logged.getLast()).startsWith("INFO").contains("again");
    }

    @Test
    void aResourceThatTheApplicationMayNotAskForIsNoFaultOfTheOthers() {
        sandbox().entra().faults().add(EntraFault.aadsts(650057).onResource(ARM));

        misconfigured(mint(account, ARM));

        mint(account, GRAPH).then().statusCode(200);
        assertThat(readiness()).doesNotContainKey("refused: " + provider.id());
    }

    private void mend() {
        var secret = sandbox().entra().app().replaceSecrets();
        sandbox()
                .fusionAuth()
                .addProvider(provider.withApplicationClient(
                        FusionAuthStandIn.APPLICATION_ID, AppRegistration.CLIENT_ID, secret));
        // The list was read a moment ago.
        TestTime.advance(Duration.ofSeconds(6));
    }

    private static Map<String, String> readiness() {
        var ready = Management.given().get("/q/health/ready");
        ready.then().statusCode(200).body(json("status", equalTo("UP")));
        return Json.at(ready, "checks[?(@.name == 'providers')].data");
    }

    private static void misconfigured(Response answer) {
        answer.then().statusCode(502).body(json("code", equalTo("provider_misconfigured")));
    }
}
