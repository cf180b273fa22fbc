package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Arc;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Accounts with an old sign-in of which the store knows nothing. */
@QuarkusTest
class UnknownGrantsTest extends BrokerTest {

    private static final Duration LONG = Duration.ofDays(61);

    @Test
    void anAccountIsCountedOnce() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        TestTime.advance(LONG);
        StoreMemory.forget();
        var before = counted();

        mint(account, ARM).then().statusCode(200);
        mintAnew(account, ARM).then().statusCode(200);

        assertThat(counted() - before).isEqualTo(1);
    }

    @Test
    void anAccountWithoutATokenIsNotCountedForItCannotBeBegun() {
        sandbox().fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, "no-token", "n", null);
        var account = new AccountId(Sandbox.CONTOSO, "no-token").toString();
        TestTime.advance(LONG);
        var before = counted();

        mint(account, ARM).then().statusCode(409).body(json("code", equalTo("no_refresh_token")));
        mint(account, ARM).then().statusCode(409).body(json("code", equalTo("no_refresh_token")));

        assertThat(counted() - before).isZero();
    }

    private static double counted() {
        return Arc.container()
                .instance(MeterRegistry.class)
                .get()
                .get("broker.store.unknown.grants")
                .counter()
                .count();
    }
}
