package io.tokenbroker.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.event.TestEvents;
import io.tokenbroker.event.TwoReceivers;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Waiting;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/metrics.md has every metric of events, which a broker without receivers does not show. */
@QuarkusTest
@TestProfile(TwoReceivers.class)
class EventMetricsTest extends BrokerTest {

    @Test
    void thePageAndTheBrokerHaveTheSameMetricsOfEvents() {
        TwoReceivers.forget();
        Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        Waiting.until(() -> !TwoReceivers.OPERATIONS.received().isEmpty());
        Waiting.until(() -> Scrape.now().sum("broker_events_total", "outcome=\"delivered\"") > 0);
        TestEvents.readBacklog();

        var scrape = Scrape.now();
        var written = MetricsPage.read().values().stream()
                .filter(metric -> metric.name().startsWith(MetricsPage.OF_EVENTS))
                .collect(Collectors.toMap(MetricsPage.Metric::name, MetricsPage.Metric::type));
        assertThat(scrape.types().entrySet())
                .filteredOn(type -> type.getKey().startsWith(MetricsPage.OF_EVENTS))
                .containsExactlyInAnyOrderElementsOf(written.entrySet());
        assertThat(MetricsPage.read().values())
                .allSatisfy(metric -> assertThat(scrape.labels(metric.name()))
                        .allSatisfy(label -> assertThat(metric.labels()).contains("`" + label + "`")));
    }
}
