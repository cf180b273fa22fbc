package io.tokenbroker.monitoring;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.mint;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.ops.ReadGauges;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault.Kind;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.SandboxResource;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Alerts on what the broker really shows. It is scraped before and after a failure; Prometheus then sees ten minutes of the
 * first, and an hour in which each counter goes on as it went in between.
 */
@QuarkusTest
class ProvokedAlertsTest extends BrokerTest {

    private static final String WHERE = "job=\"token-broker\",instance=\"broker:9000\"";

    @TempDir
    private Path folder = Path.of("target");

    private String account = "";
    private Scrape well = new Scrape(Map.of(), Map.of());

    @BeforeEach
    void mintWell() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
        mint(account, ARM).then().statusCode(200);
        ReadGauges.now();
        well = Scrape.now();
    }

    @Test
    void aClientThatTheTenantRefusesIsSeen() throws Exception {
        sandbox().entra().app().expireSecrets();
        mint(account, "https://graph.microsoft.com").then().statusCode(502);

        assertSeen("TokenBrokerProviderMisconfigured", "TokenBrokerMintErrors");
    }

    @Test
    void aFusionAuthThatFailsIsSeen() throws Exception {
        sandbox().fusionAuth().fault(FusionAuthFault.of(Kind.ERROR_500));
        TestTime.advance(Duration.ofMinutes(5));
        mint(account, ARM).then().statusCode(503);

        assertSeen("TokenBrokerFusionAuthFailing", "TokenBrokerMintErrors");
    }

    @Test
    void aFileOfASecretThatCannotBeUsedIsSeen() throws Exception {
        SandboxResource.secrets().put("mounted", "no digest");
        Waiting.until(() -> refusedFiles() == 1);
        try {
            assertSeen("TokenBrokerSecretFilesRefused");
        } finally {
            SandboxResource.secrets().putBack();
            Waiting.until(() -> refusedFiles() == 0);
        }
    }

    private static double refusedFiles() {
        return Scrape.now().samples().getOrDefault("broker_secret_files_refused", -1.0);
    }

    private void assertSeen(String... alerts) throws IOException, InterruptedException {
        ReadGauges.now();
        var test = folder.resolve("test.yaml");
        Files.writeString(test, promtoolTest(Scrape.now(), List.of(alerts)));
        Promtool.succeeds("test", "rules", test.toString());
    }

    private String promtoolTest(Scrape ill, List<String> alerts) {
        var text = new StringBuilder("rule_files: ['%s']\ntests:\n- interval: 1m\n  input_series:\n"
                .formatted(Promtool.RULES.toAbsolutePath()));
        ill.samples()
                .forEach((series, value) -> text.append("  - series: '%s'\n    values: '%s'\n"
                        .formatted(
                                located(series), values(series, well.samples().get(series), value))));
        text.append("  promql_expr_test:\n");
        text.append(expected("ALERTS{alertstate=\"firing\"}", 9, ""));
        alerts.forEach(alert -> text.append(expected(
                "ALERTS{alertstate=\"firing\",alertname=\"%s\"}".formatted(alert),
                40,
                "{labels: '{alertname=\"%s\"}', value: 1}".formatted(alert))));
        return text.toString();
    }

    private static String expected(String alerts, int minute, String samples) {
        return "  - {expr: 'group by (alertname) (%s)', eval_time: %dm, exp_samples: [%s]}\n"
                .formatted(alerts, minute, samples);
    }

    private static String located(String series) {
        return series.contains("{") ? series.replaceFirst("\\{", "{" + WHERE + ",") : series + "{" + WHERE + "}";
    }

    private static String values(String series, @Nullable Double before, double after) {
        var isCounter = series.matches("\\w+_(total|count|sum|bucket)(\\{.*)?");
        var more = isCounter ? after - (before == null ? 0 : before) : 0;
        return "%s %s+%sx60".formatted(before == null ? "_x10" : plain(before) + "x9", plain(after), plain(more));
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).toPlainString();
    }
}
