package io.tokenbroker.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundProxyTest {

    private static final String URL = "http://proxy.example:3128";

    @ParameterizedTest
    @CsvSource({
        "https://login.example/token, '',                            true",
        "https://login.example/token, 'other.example, .sub.example', true",
        "https://login.example/token, login.example,                 false",
        "https://login.example/token, '.example',                    false",
        "https://login.example/token, '*.example',                   false",
        "https://LOGIN.example/token, 'a b,Login.Example',           false",
        "https://login.example/token, gin.example,                   true",
        "https://login.example/token, *,                             false",
        "http://login.example/token,  '',                            false",
        "https://localhost:8443/,     '',                            false",
        "https://127.0.0.1/,          '',                            false",
        "https://[::1]/,              '',                            false"
    })
    void httpsGoesThroughTheProxyUnlessItsHostIsDirect(String url, String direct, boolean isProxied) {
        var proxy = new OutboundProxy(Optional.of(URL), Optional.of(direct));

        assertThat(proxy.on(URI.create(url)).isPresent()).isEqualTo(isProxied);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"socks5://proxy.example:1080", "https://proxy.example", "http://", "http://a b", "user:hidden@"})
    void aProxyThatCannotBeUsedStopsTheStartWithoutItsPassword(String url) {
        assertThatThrownBy(() -> new OutboundProxy(Optional.of(url), Optional.empty()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("HTTPS_PROXY must be")
                .hasMessageContaining("http://proxy.example:3128")
                .hasMessageNotContaining("hidden");
    }

    @ParameterizedTest
    @CsvSource({"proxy.example:3128, 3128", "http://proxy.example, 80", "http://user:hidden@proxy.example:8080, 8080"})
    void aProxyIsFoundWithAndWithoutScheme(String url, int port) {
        var address =
                new OutboundProxy(Optional.of(url), Optional.empty()).address().orElseThrow();

        assertThat(address.toString()).isEqualTo("proxy.example:" + port);
    }
}
