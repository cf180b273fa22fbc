package io.tokenbroker.keepalive;

import static io.tokenbroker.mint.Minting.BLAKE;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A broker as it is shipped: no cron, no command. */
@QuarkusTest
class KeepAliveByItselfTest extends LinkingTest {

    @Test
    void anAccountThatIsNotMintedForIsRenewedAfterAMonth() {
        var plain = plainProvider();
        var spent = link(add(plain.registered("Plain")), plain, "plain-left-alone");
        var reusable = Broker.link(Sandbox.CONTOSO, BLAKE);
        var before = Rows.all();
        // The code was redeemed there.
        assertThat(plain.tokenRequests()).hasSize(1);

        TestTime.advance(Duration.ofDays(29));
        Broker.mint(reusable, Map.of()).then().statusCode(200);
        TestTime.advance(Duration.ofDays(2));

        Waiting.until(() -> Rows.of(spent).version() > version(before, spent));
        assertThat(plain.tokenRequests()).hasSize(2);
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
        Broker.mint(spent, Map.of("force_refresh", true)).then().statusCode(200);
    }

    private static long version(Iterable<Rows.Row> rows, String account) {
        for (var row : rows) {
            if (row.account().equals(account)) {
                return row.version();
            }
        }
        throw new AssertionError("No row of " + account);
    }
}
