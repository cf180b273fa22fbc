package io.tokenbroker.tenant;

import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.arc.Arc;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.OverSandbox;
import java.net.ConnectException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A broker as it is without further settings, for which the whole sandbox is at addresses that it must not send to. */
@QuarkusTest
@TestProfile(StrictEgressTest.Strict.class)
class StrictEgressTest extends BrokerTest {

    @Test
    void providersWithoutTlsAreLeftOutUnasked() {
        Broker.alice().get("/providers").then().statusCode(200).body(json("providers", equalTo(List.of())));
        Management.given()
                .get("/q/health/ready")
                .then()
                .body(json(
                        "checks[?(@.name == 'providers')].data['left out: %s']".formatted(Sandbox.CONTOSO),
                        containsString("its issuer is not https; broker.upstreams.allow-http-loopback=true")));
    }

    @Test
    void aConnectionToAnAddressThatIsNotAllowedIsClosedUnused() {
        try (var tenant = ScriptedTenant.answering(200, "application/json", "{}")) {
            var http = Arc.container().instance(ProviderHttp.class).get();

            var refused = catchThrowable(() -> http.send(provider -> provider.get(tenant.url())));

            assertThat(refused).hasRootCauseInstanceOf(ConnectException.class);
            assertThat(refused).rootCause().hasMessageContaining("is not https");
            assertThat(tenant.requests()).isEmpty();
        }
    }

    /** Neither loopback nor private addresses. */
    public static final class Strict extends OverSandbox {

        public Strict() {
            super(Map.of(
                    "broker.upstreams.allow-private-addresses",
                    "false",
                    "broker.upstreams.allow-http-loopback",
                    "false"));
        }
    }
}
