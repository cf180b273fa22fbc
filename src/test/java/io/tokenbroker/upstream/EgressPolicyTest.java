package io.tokenbroker.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.support.Settings;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EgressPolicyTest {

    private static final EgressPolicy STRICT = policy(Map.of());
    private static final EgressPolicy LOOPBACK = policy(Map.of("broker.upstreams.allow-http-loopback", "true"));
    private static final EgressPolicy PRIVATE = policy(Map.of("broker.upstreams.allow-private-addresses", "true"));

    @ParameterizedTest
    @ValueSource(
            strings = {"https://20.190.151.1/token", "https://[2603:1006:2000::1]:8443/token", "HTTPS://20.190.151.1"})
    void aPublicAddressByHttpsMayAlwaysBeSentTo(String url) {
        assertThat(STRICT.objection(URI.create(url))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "http://login.example/token, is not https",
        "http://20.190.151.1/token, is not https",
        "ftp://localhost/token, is not https",
        "https:token, is no URL of a host",
        "https://user@20.190.151.1/token, is no URL of a host",
        "https://20.190.151.1/token#x, is no URL of a host",
        "http://localhost:1/token, allow-http-loopback",
        "https://localhost:1/token, leads to a loopback address",
        "https://10.0.0.1/token, leads to a private address",
        "https://2130706433/token, leads to a loopback address",
        "https://[fd12::1]/token, leads to a private address",
        "https://169.254.169.254/token, leads to a link-local"
    })
    void anythingElseMayNot(String url, String why) {
        assertThat(STRICT.objection(URI.create(url)))
                .hasValueSatisfying(objection -> assertThat(objection).contains(why));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:1/",
                "http://sso.localhost/",
                "http://127.0.0.1:1/",
                "http://[::1]/",
                "https://localhost/"
            })
    void loopbackAddressesMayDoWithoutTlsIfThatIsAllowed(String url) {
        assertThat(LOOPBACK.objection(URI.create(url))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://10.0.0.1/", "http://login.example/", "https://10.0.0.1/", "http://localhost.example/"})
    void whatIsAllowedForLoopbackIsAllowedForNothingElse(String url) {
        assertThat(LOOPBACK.objection(URI.create(url))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://10.0.0.1/", "https://100.64.0.1/", "https://[fd12::1]/", "https://localhost/"})
    void privateAddressesMayBeAllowed(String url) {
        assertThat(PRIVATE.objection(URI.create(url))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://10.0.0.1/", "https://169.254.169.254/", "https://[fd00:ec2::254]/", "https://224.0.0.1/"
            })
    void neitherCleartextNorMetadataServicesComeWithThem(String url) {
        assertThat(PRIVATE.objection(URI.create(url))).isPresent();
    }

    private static EgressPolicy policy(Map<String, String> settings) {
        return new EgressPolicy(Settings.of(settings), new OutboundProxy(Optional.empty(), Optional.empty()));
    }
}
