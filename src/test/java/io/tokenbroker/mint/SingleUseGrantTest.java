package io.tokenbroker.mint;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.OtherReplica;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a refresh token works once, every one of them is spent once, whatever else happens to the account. */
@QuarkusTest
@Timeout(60)
class SingleUseGrantTest extends SingleUse {

    @Test
    void staleLinkNeverPutsTheRowBack() {
        mint().then().statusCode(200);
        var signIn = signedInElsewhere();
        var next = token();
        assertThat(OtherReplica.refreshed(account, next).reveal()).isEqualTo(signIn);

        mintAnew().then().statusCode(200).body(json("source", equalTo("refresh")));

        assertThat(spent()).hasSize(2).endsWith(next);
        mintAnew().then().statusCode(200);
        assertThat(spent()).hasSize(3).doesNotHaveDuplicates().doesNotContain(signIn);
    }

    @Test
    void lateCompleteLosesToNewerSignIn() {
        var isSigningIn = new AtomicBoolean();
        var newest = new AtomicReference<>("");
        sandbox().fusionAuth().after((request, reply) -> {
            var readsLink = request.method().equals("GET")
                    && request.path().equals(LINK)
                    && request.parameter("identityProviderUserId").isPresent();
            if (readsLink && isSigningIn.compareAndSet(false, true)) {
                signedInElsewhere();
                newest.set(token());
                OtherReplica.refreshed(account, newest.get());
                isSigningIn.set(false);
            }
        });
        completeWith(provider, plain.code(IDENTITY)).then().statusCode(200);
        sandbox().fusionAuth().after((request, reply) -> {});

        mintAnew().then().statusCode(200);

        assertThat(newest.get()).isNotEmpty();
        assertThat(spent()).containsExactly(newest.get());
    }

    @Test
    void unlinkTwoDeletesAndRelinkBetween() {
        mint().then().statusCode(200);
        var next = token();
        var unlinked = present();
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.method().equals("DELETE")) {
                sandbox().fusionAuth().putLink(unlinked);
                relink(FusionAuthStandIn.ALICE_ID, token());
                OtherReplica.signedIn(account);
                OtherReplica.refreshed(account, next);
            }
        });

        Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);

        mint().then().statusCode(200).body(json("source", equalTo("refresh")));
        assertThat(spent()).hasSize(2).endsWith(next);
    }

    @Test
    void aRowWithoutLinkGivesNothing() {
        mint().then().statusCode(200);
        sandbox().fusionAuth().removeLink(provider, IDENTITY);
        advance(LATER);

        problem(mint(), 404, "account_not_found");
        problem(mintAnew(), 404, "account_not_found");

        assertThat(OtherReplica.version(account)).isPositive();
        assertThat(spent()).hasSize(1);
    }

    @Test
    void falseNotFoundKeepsTheRow() {
        mint().then().statusCode(200);
        var link = present();
        sandbox().fusionAuth().removeLink(provider, IDENTITY);
        advance(LATER);
        problem(mint(), 404, "account_not_found");

        sandbox().fusionAuth().putLink(link);
        advance(MISSED_FOR);

        mint().then().statusCode(200);
        mintAnew().then().statusCode(200);
        assertThat(spent()).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void sameTokenOtherOwner() {
        String sharedOfAlice = at(mint().then().statusCode(200).extract(), "access_token");
        relink(FusionAuthStandIn.ZOE_ID, present().token());
        advance(LATER);

        problem(mintFor(FusionAuthStandIn.ALICE_ID), 404, "account_not_found");
        mintFor(FusionAuthStandIn.ZOE_ID)
                .then()
                .statusCode(200)
                .body(json("source", equalTo("refresh")))
                .body(json("access_token", not(equalTo(sharedOfAlice))));

        assertThat(spent()).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void waiterOfXNeverSeesY() {
        OtherReplica.lease(account);
        var waiting = async(() -> mintFor(FusionAuthStandIn.ALICE_ID));
        OtherReplica.awaitLooks(2);
        relink(FusionAuthStandIn.ZOE_ID, token());
        OtherReplica.signedIn(account);
        OtherReplica.keep(OtherReplica.lease(account), token(), READ, "an access token of Zoe's");

        problem(waiting.join(), 404, "account_not_found");

        assertThat(spent()).isEmpty();
    }

    /** The lease is the database's to time: the clock of a broker, right or wrong, ends none. */
    @ParameterizedTest
    @ValueSource(ints = {0, 10, -10})
    void aWaiterTakesWhatTheOtherReplicaStoresWhateverItsClock(int minutesAhead) {
        var lease = OtherReplica.lease(account);
        advance(Duration.ofMinutes(minutesAhead));
        var waiting = async(this::mint);
        OtherReplica.awaitLooks(4);
        assertThat(spent()).isEmpty();

        OtherReplica.keep(lease, token(), READ, "what the other got");

        waiting.join().then().statusCode(200).body(json("access_token", equalTo("what the other got")));
        assertThat(spent()).isEmpty();
    }

    @Test
    void aMarkOfAnotherReplicaHoldsHereToo() {
        OtherReplica.marked(account, "revoked");

        Broker.alice()
                .get("/accounts/{id}", account)
                .then()
                .body(json("status", equalTo("reauthorization_required")))
                .body(json("reason", equalTo("revoked")));
        problem(mint(), 409, "reauthorization_required");

        assertThat(spent()).isEmpty();
    }

    @Test
    void markIsTriedAgain() {
        plain.refusesRefreshes(Map.of("error", "invalid_grant"));
        problem(mint(), 409, "reauthorization_required");
        plain.refusesRefreshes(Map.of());
        forget();

        advance(Duration.ofMinutes(14));
        problem(mint(), 409, "reauthorization_required");
        assertThat(spent()).hasSize(2);
        advance(Duration.ofMinutes(2));
        mint().then().statusCode(200);

        Broker.alice().get("/accounts/{id}", account).then().body(json("status", equalTo("active")));
    }

    @Test
    void aMarkThatIsTriedInVainHoldsForAsLongAgain() {
        plain.refusesRefreshes(Map.of("error", "invalid_grant"));
        problem(mint(), 409, "reauthorization_required");
        for (var tries = 2; tries <= 3; tries++) {
            advance(Duration.ofMinutes(16));
            problem(mint(), 409, "reauthorization_required");
            advance(Duration.ofMinutes(5));
            problem(mint(), 409, "reauthorization_required");
            assertThat(spent()).hasSize(tries + 1);
        }
    }

    @Test
    void markLosesToSignIn() {
        var lease = OtherReplica.lease(account);
        var token = signedInElsewhere();
        OtherReplica.mark(lease, "revoked");

        mint().then().statusCode(200);

        assertThat(spent()).containsExactly(token);
    }

    @Test
    void aNewSignInEndsTheMark() {
        OtherReplica.marked(account, "revoked");
        problem(mint(), 409, "reauthorization_required");

        completeWith(provider, plain.code(IDENTITY)).then().statusCode(200);

        mint().then().statusCode(200);
    }

    @Test
    void clearedLinkGoesOn() {
        mint().then().statusCode(200);
        sandbox().fusionAuth().putLink(present().withToken(null));
        advance(LATER);

        mintAnew().then().statusCode(200);

        assertThat(spent()).hasSize(2).doesNotHaveDuplicates();
        Broker.alice().get("/accounts/{id}", account).then().body(json("status", equalTo("active")));
    }

    @Test
    void clearedAndRelinkedDoesNot() {
        mint().then().statusCode(200);
        relink(FusionAuthStandIn.ALICE_ID, null);
        advance(LATER);

        problem(mint(), 409, "no_refresh_token");

        Broker.alice().get("/accounts/{id}", account).then().body(json("status", equalTo("no_refresh_token")));
        assertThat(spent()).hasSize(1);
    }

    @Test
    void anAccountIsFreshAfterARestartAndGoesOnFromTheStore() {
        String first = at(mint().then().statusCode(200).extract(), "access_token");
        forget();

        mint().then().statusCode(200).body(json("access_token", equalTo(first))).body(json("source", equalTo("cache")));
        mintAnew().then().statusCode(200);

        assertThat(spent()).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void theStoreKnowsAnAccountFromItsFirstMinute() {
        assertThat(OtherReplica.look(account, READ)).isInstanceOf(Look.Counting.class);
    }
}
