package io.tokenbroker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Nor can a provider make series of metrics. */
class UpstreamSeriesTest {

    private static final int MANY = 2_000;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    UpstreamSeriesTest() {
        var known = new MetricLabels.KnownSeries();
        metrics.config().meterFilter(known.upstreamHosts()).meterFilter(known.upstreamPaths());
    }

    @Test
    void thatNamesAnotherHostEachTime() {
        assertThat(called("https://login-%d.example"::formatted, i -> "/token")).isLessThan(MANY / 2);
    }

    @Test
    void orAnotherPathEachTime() {
        assertThat(called(i -> "https://login.example", "/token-%d"::formatted)).isLessThan(MANY / 2);
    }

    private int called(IntFunction<String> address, IntFunction<String> path) {
        for (var i = 0; i < MANY; i++) {
            metrics.timer("http.client.requests", "address", address.apply(i), "uri", path.apply(i));
        }
        return metrics.getMeters().size();
    }
}
