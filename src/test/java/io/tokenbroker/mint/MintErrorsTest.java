package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.linkOf;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.provider.ReloadProviders;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the tenant refuses, in the contract's words, and what becomes of the account. */
@QuarkusTest
class MintErrorsTest extends BrokerTest {

    @Test
    void aRefusalForOneResourceLeavesTheOthers() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.aadsts(50076).onResource(ARM));

        mint(account, ARM).then().statusCode(403);
        mint(account, GRAPH).then().statusCode(200);
        account(account).then().body(json("status", equalTo("active")));
    }

    @Test
    void whatStartNeedsMakesTheNextMintWork() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().directory().revokeSessions(BLAKE);
        var refused = mint(account, ARM);
        refused.then().statusCode(409).body(json("code", equalTo("reauthorization_required")));
        account(account)
                .then()
                .body(json("status", equalTo("reauthorization_required")))
                .body(json("reason", equalTo("revoked")));

        var needed = new HashMap<String, Object>(Json.<Map<String, Object>>at(refused, "reauthorize"));
        needed.put("redirect_uri", Sandbox.CALLBACK);
        var started = Broker.alice().body(needed).post("/authorizations/start");
        Broker.complete(Broker.alice(), Broker.signIn(started, BLAKE))
                .then()
                .statusCode(200)
                .body(json("account.id", equalTo(account)))
                .body(json("account.status", equalTo("active")));

        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void aRefusalOfATokenThatWasReplacedElsewhereCostsNothing() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var old = linkOf(account);
        sandbox().entra().directory().revokeSessions(BLAKE);
        Broker.link(Sandbox.CONTOSO, BLAKE);
        var renewed = linkOf(account);
        sandbox().fusionAuth().putLink(old);
        StoreMemory.forget();
        TestTime.advance(Duration.ofSeconds(31));
        // The person has signed in by the time that the tenant refuses the token before.
        sandbox().entra().suffer((request, work) -> {
            var reply = work.get();
            if (request.path().endsWith("/token")) { // not a discovery in the background
                sandbox().fusionAuth().putLink(renewed);
            }
            return reply;
        });

        try {
            mint(account, ARM).then().statusCode(200);
        } finally {
            sandbox().entra().suffer((request, work) -> work.get());
        }

        account(account).then().body(json("status", equalTo("active")));
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(2);
    }

    @Test
    void anotherPersonsTokenIsRefused() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var stored = linkOf(account).token();
        sandbox().entra().faults().add(EntraFault.tokenOf("bea@contoso.com").times(1));

        mint(account, ARM)
                .then()
                .statusCode(502)
                .body(json("code", equalTo("upstream_error")))
                .body(not(containsString("access_token")));

        account(account).then().body(json("status", equalTo("active")));
        assertThat(linkOf(account).token()).isEqualTo(stored);
        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void anAccountWithoutARefreshTokenSaysSo() {
        sandbox().fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, "no-token", "n", null);
        var account = new AccountId(Sandbox.CONTOSO, "no-token").toString();

        mint(account, ARM)
                .then()
                .statusCode(409)
                .body(json("code", equalTo("no_refresh_token")))
                .body(json("reauthorize.account_id", equalTo(account)))
                .body(json("reauthorize.provider_id", equalTo(Sandbox.CONTOSO.toString())))
                .body(json("reauthorize.scopes", equalTo(List.of())))
                .body(json("reauthorize.claims", nullValue()));
        account(account).then().body(json("status", equalTo("no_refresh_token")));
        assertThat(sandbox().entra().refreshes()).isZero();
    }

    @Test
    void aSecretThatHasExpiredIsTheOperatorsAndTouchesNoAccount() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().app().expireSecrets();

        mint(account, ARM)
                .then()
                .statusCode(502)
                .body(json("code", equalTo("provider_misconfigured")))
                .body(json("reauthorize", nullValue()))
                .body(json("detail", allOf(containsString("operator"), containsString("FusionAuth"))));
        account(account).then().body(json("status", equalTo("active")));
    }

    @Test
    void accountsOfAProviderThatIsGoneAreStillListed() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        mint(account, ARM).then().statusCode(200);
        try {
            sandbox().fusionAuth().removeProvider(Sandbox.CONTOSO);
            ReloadProviders.now();

            misconfigured(mint(account, ARM));
            Broker.alice().get("/accounts").then().body(json("accounts[*].id", equalTo(List.of(account))));
            mint(new AccountId(Sandbox.CONTOSO, "nobody").toString(), ARM)
                    .then()
                    .statusCode(404);
        } finally {
            sandbox().reset();
            ReloadProviders.now();
        }
    }

    @Test
    void aDisabledProviderSaysWhyItCannotBeUsed() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        try {
            var disabled = Minting.providerLike(Sandbox.CONTOSO)
                    .withId(Sandbox.CONTOSO)
                    .withEnabled(false);
            sandbox().fusionAuth().addProvider(disabled);
            ReloadProviders.now();

            misconfigured(mint(account, ARM)).then().body(json("detail", containsString("disabled")));
            Broker.alice().get("/accounts").then().body(json("accounts[*].id", equalTo(List.of(account))));
        } finally {
            sandbox().reset();
            ReloadProviders.now();
        }
    }

    @Test
    void aMintAfterAnOutageOfTheTenantNeedsNobody() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP).times(2));
        mintAnew(account, ARM).then().statusCode(503);

        TestTime.advance(Duration.ofMinutes(1));
        mint(account, ARM).then().statusCode(200);
    }

    private static Response misconfigured(Response answer) {
        answer.then()
                .statusCode(502)
                .body(json("code", equalTo("provider_misconfigured")))
                .body(json("reauthorize", nullValue()));
        return answer;
    }
}
