package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.DEVON;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintsAtOnce;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.mint.Minting.MintSettings;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many who want the same at once where a refresh token works once. */
@QuarkusTest
@TestProfile(MintSettings.class)
@Timeout(60)
class SingleUseFlightTest extends BrokerTest {

    @Test
    void twoHundredAtOnceSpendTheTokenOnce() {
        sandbox().entra().switches().singleUseRefreshTokens(true);
        sandbox().entra().consents().grant(DEVON, ARM);
        var linked = Broker.link(Sandbox.ADATUM, DEVON);
        mint(linked, ARM).then().statusCode(200);
        TestTime.advance(Duration.ofHours(2));

        assertThat(mintsAtOnce(linked, 200))
                .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));

        assertThat(sandbox().entra().refreshes(DEVON)).isEqualTo(2);
        account(linked).then().body(json("status", equalTo("active")));
    }
}
