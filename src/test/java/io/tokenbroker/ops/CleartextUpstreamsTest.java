package io.tokenbroker.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.ops.Cautions.CleartextUpstreams;
import io.tokenbroker.support.Settings;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CleartextUpstreamsTest {

    @ParameterizedTest
    @CsvSource({
        "broker.fusionauth.url,      http://fusionauth:9011",
        "broker.fusionauth.url,      http://10.0.0.1",
        "broker.fusionauth.jwks-url, http://auth.example.com/keys",
        "broker.store.url,           jdbc:postgresql://db:5432/broker",
        "broker.store.url,           jdbc:postgresql://db/broker?user=u&sslmode=prefer",
        "broker.store.url,           'jdbc:postgresql://localhost:5432,db:5432/broker'"
    })
    void anUpstreamElsewhereWithoutTlsIsNamedByItsKeyAlone(String key, String value) {
        var report = report(key, value);

        assertThat(report.getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
        assertThat(report.getData().orElseThrow()).containsOnlyKeys(key);
        assertThat(report.getData().orElseThrow().toString()).doesNotContain(value);
    }

    @ParameterizedTest
    @CsvSource({
        "broker.fusionauth.url,      https://auth.example.com",
        "broker.fusionauth.url,      http://localhost:9011",
        "broker.fusionauth.url,      http://[::1]:9011",
        "broker.fusionauth.jwks-url, http://127.0.0.1/keys",
        "broker.store.url,           jdbc:sqlite:data/x.db",
        "broker.store.url,           jdbc:postgresql://localhost:5432/broker",
        "broker.store.url,           jdbc:postgresql://db/broker?sslmode=verify-full",
        "broker.store.url,           jdbc:postgresql://db/broker?ssl=true&user=u"
    })
    void anotherIsNot(String key, String value) {
        assertThat(report(key, value).getData()).isEmpty();
    }

    private static HealthCheckResponse report(String key, String value) {
        return new CleartextUpstreams(Settings.of(Map.of(key, value))).call();
    }
}
