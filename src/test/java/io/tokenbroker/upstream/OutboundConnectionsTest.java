package io.tokenbroker.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ProxyFilter;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** NO_PROXY names hosts and what is below them. A host that only looks alike goes through the proxy. */
class OutboundConnectionsTest {

    @ParameterizedTest
    @CsvSource({
        "corp.example, true",
        "login.corp.example, true",
        "evil-corp.example, false",
        "corp-example, false",
        "login.corpxexample, false",
        "corp.example.evil.test, false"
    })
    void onlyTheNamedHostIsReachedDirectly(String host, boolean direct) {
        var goesThrough = ProxyFilter.nonProxyHosts(OutboundConnections.patterns(Stream.of("corp.example")));

        assertThat(!goesThrough.test(SocketAddress.inetSocketAddress(443, host)))
                .isEqualTo(direct);
    }
}
