package io.tokenbroker.mint;

import static io.tokenbroker.support.Json.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.sandbox.wire.Request;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.Load;
import java.util.HashSet;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** FusionAuth is only read once an account is linked, however often its refresh token changes. */
@QuarkusTest
@Timeout(180)
class NoWritesTest extends LinkingTest {

    private static final int ROTATIONS = Load.of(200, 1_000);

    @Test
    void rotationsWriteNothingToFusionAuth() {
        var plain = plainProvider();
        var account = link(add(plain.registered("Plain")), plain, "plain-rotating");
        var link = linkOf(account);
        var writes = writes();
        var redeemed = plain.tokenRequests().size();
        var accessTokens = new HashSet<String>();

        for (var i = 0; i < ROTATIONS; i++) {
            accessTokens.add(at(
                    Broker.mint(account, Map.of("force_refresh", true))
                            .then()
                            .statusCode(200)
                            .extract(),
                    "access_token"));
        }

        var sent = plain.tokenRequests().stream()
                .skip(redeemed)
                .map(Request::form)
                .map(form -> form.get("refresh_token"))
                .toList();
        assertThat(accessTokens).hasSize(ROTATIONS);
        assertThat(sent).hasSize(ROTATIONS).doesNotHaveDuplicates();
        assertThat(writes()).isEqualTo(writes);
        assertThat(linkOf(account)).isEqualTo(link);
    }

    /** How many requests of each kind FusionAuth has got that were no reading. */
    private static Map<String, Integer> writes() {
        var writes = new TreeMap<>(sandbox().fusionAuth().counts());
        writes.keySet().removeIf(request -> request.startsWith("GET "));
        return writes;
    }
}
