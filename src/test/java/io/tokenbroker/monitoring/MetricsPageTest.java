package io.tokenbroker.monitoring;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.ops.ReadGauges;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/metrics.md has every metric of the broker, with its labels, and no other. */
@QuarkusTest
class MetricsPageTest extends BrokerTest {

    @Test
    void thePageAndTheBrokerHaveTheSameMetrics() {
        traffic();

        var scraped = Scrape.now().types().entrySet().stream()
                .filter(type -> !type.getKey().endsWith("_max"))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, type -> type.getValue().replace("summary", "timer")));
        var written = MetricsPage.read().values().stream()
                .filter(metric -> !metric.name().startsWith(MetricsPage.OF_EVENTS))
                .collect(Collectors.toMap(MetricsPage.Metric::name, MetricsPage.Metric::type));
        assertThat(scraped).isEqualTo(written);
    }

    @Test
    void thePageHasEveryLabel() {
        traffic();

        var scrape = Scrape.now();
        assertThat(MetricsPage.read().values())
                .allSatisfy(metric -> assertThat(scrape.labels(metric.name()))
                        .allSatisfy(label -> assertThat(metric.labels()).contains("`" + label + "`")));
    }

    @Test
    void aMintIsCountedByDoorProviderOutcomeAndSource() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var before = Scrape.now();

        mint(account, ARM);
        mint(account, ARM);
        Broker.client()
                .body(Map.of("requests", new Object[] {Map.of("account_id", account, "resource", ARM)}))
                .post("/tokens");

        var after = Scrape.now();
        var provider = "outcome=\"minted\",provider=\"" + Sandbox.CONTOSO + "\"";
        assertThat(more("door=\"rest\"," + provider + ",source=\"refresh\"", before, after))
                .isEqualTo(1);
        assertThat(more("door=\"rest\"," + provider + ",source=\"cache\"", before, after))
                .isEqualTo(1);
        assertThat(more("door=\"batch\"," + provider + ",source=\"cache\"", before, after))
                .isEqualTo(1);
    }

    @Test
    void aProviderThatACallerMakesUpIsUnknown() {
        var madeUp = UUID.randomUUID();
        var before = Scrape.now();

        Broker.mint(new AccountId(madeUp, "nobody").toString(), Map.of()).then().statusCode(404);

        var after = Scrape.now();
        assertThat(after.samples().keySet()).noneMatch(series -> series.contains(madeUp.toString()));
        assertThat(more("outcome=\"account_not_found\",provider=\"unknown\"", before, after))
                .isEqualTo(1);
    }

    @Test
    void accountsAreCountedByStateAndTheOldestTokenHasNinetyDays() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        mint(account, ARM).then().statusCode(200);
        ReadGauges.now();
        var provider = "provider=\"" + Sandbox.CONTOSO + "\"";
        assertThat(Scrape.now().sum("broker_accounts", provider + ",state=\"active\""))
                .isEqualTo(1);
        assertThat(Scrape.now().sum("broker_refresh_token_days_left", provider)).isBetween(89.9, 90.0);

        sandbox().entra().directory().revokeSessions(BLAKE);
        mintAnew(account, ARM).then().statusCode(409);
        ReadGauges.now();

        assertThat(Scrape.now().sum("broker_accounts", provider + ",state=\"reauthorization_required\""))
                .isEqualTo(1);
        assertThat(Scrape.now().sum("broker_refresh_token_days_left", provider)).isZero();
    }

    private static double more(String labels, Scrape before, Scrape after) {
        return after.sum("broker_mints_total", labels) - before.sum("broker_mints_total", labels);
    }

    private static void traffic() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        mint(account, ARM);
        mint(account, ARM);
        Broker.alice().get("/accounts");
        Broker.client().body("{}").post("/webhooks/fusionauth");
        ReadGauges.now();
    }
}
