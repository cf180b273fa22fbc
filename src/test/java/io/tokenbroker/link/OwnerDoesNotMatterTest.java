package io.tokenbroker.link;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.OnPostgres;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** With {@code broker.accounts.require-active-user=false} FusionAuth is not asked for a link's owner. */
@QuarkusTest
@TestProfile(OnPostgres.class)
class OwnerDoesNotMatterTest extends LinkingTest {

    @Test
    void anAccountOfADeactivatedPersonIsMintedFor() {
        var owner = sandbox().fusionAuth().addUser("owner@example.com", "Owner");
        var account = Broker.link(owner.id(), Sandbox.CONTOSO, BLAKE);
        sandbox().fusionAuth().putUser(owner.withActive(false));
        advance(Duration.ofSeconds(31));

        mint(account, ARM).then().statusCode(200);

        assertThat(sandbox().fusionAuth().count("GET", "/api/user/*")).isZero();
        Management.given()
                .get("/q/health/ready")
                .then()
                .body(json("checks[?(@.name == 'users')].status", equalTo("UP")))
                .body(json("checks[?(@.name == 'store')].data.answers", equalTo(true)));
    }
}
