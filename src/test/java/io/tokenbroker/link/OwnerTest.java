package io.tokenbroker.link;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.support.Json.json;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.User;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Only a person who is active and registered for the application has a use of what is linked. */
@QuarkusTest
class OwnerTest extends LinkingTest {

    private static final Duration LATER = Duration.ofSeconds(31);

    private User owner = User.of(UUID.randomUUID(), FusionAuthStandIn.TENANT_ID, null, null, Instant.EPOCH);
    private String account = "";

    @BeforeEach
    void link() {
        owner = sandbox().fusionAuth().addUser("owner@example.com", "Owner");
        account = Broker.link(owner.id(), Sandbox.CONTOSO, BLAKE);
    }

    @Test
    void anAccountOfADeactivatedPersonGivesNoToken() {
        mint(account, ARM).then().statusCode(200);

        sandbox().fusionAuth().putUser(owner.withActive(false));
        advance(LATER);

        problem(mint(account, ARM), 403, "user_disabled");
    }

    @Test
    void norDoesThatOfOneWhoIsNotRegisteredAnyMore() {
        sandbox()
                .fusionAuth()
                .putUser(User.of(owner.id(), owner.tenantId(), "owner@example.com", "Owner", Instant.now()));
        advance(LATER);

        problem(mint(account, ARM), 403, "user_disabled");
    }

    @Test
    void anotherCallerDoesNotHearOfIt() {
        sandbox().fusionAuth().putUser(owner.withActive(false));
        advance(LATER);

        problem(mintFor(FusionAuthStandIn.ALICE_ID), 404, "account_not_found");
        problem(mintFor(owner.id()), 403, "user_disabled");
    }

    @Test
    void aPersonWhoIsActiveAgainNeedNotSignInAgain() {
        sandbox().fusionAuth().putUser(owner.withActive(false));
        advance(LATER);
        problem(mint(account, ARM), 403, "user_disabled");

        sandbox().fusionAuth().putUser(owner);
        advance(LATER);

        mint(account, ARM).then().statusCode(200);
        Broker.user(owner.id()).get("/accounts/{id}", account).then().body(json("status", equalTo("active")));
    }

    private Response mintFor(UUID user) {
        return Broker.mint(account, Map.of("resource", ARM, "user_id", user.toString()));
    }
}
