package io.tokenbroker.real;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.http.OddRequests;
import io.tokenbroker.http.Wire;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.support.Load;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * A stranger who sends whatever comes to mind leaves a small broker as it was: its heap, its metrics, its log. By
 * {@code make stress} it is twice 200,000 requests.
 */
class OddRequestsIT {

    private static final int REQUESTS = Load.of(10_000, 200_000);

    /** Of heap that a collection leaves. A series or a cached header for each of 10,000 requests would be more. */
    private static final long GROWN_KILOBYTES = 1_500;

    /** A path and a method may meet a status that they have not met before. */
    private static final int GROWN_SERIES = 60;

    private static final long GROWN_LOG_BYTES = 4_096;

    /** The generations of the heap, of which some collectors have one. */
    private static final Pattern USED = Pattern.compile("(?m)^\\S.* used (\\d+)K \\[");

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    @AutoClose
    private static final BrokerProcess BROKER = new BrokerProcess("odd-requests", settings()).withHeap("80m");

    @Test
    void whatAStrangerSendsLeavesNothingBehind() throws IOException, InterruptedException {
        BROKER.start();
        var odd = new OddRequests(REQUESTS);
        // As many as will be measured, so that paths and methods have met their statuses.
        send(odd, REQUESTS);
        var heap = heapKilobytes();
        var series = series();
        var log = Files.size(BROKER.log());

        assertThat(send(odd, REQUESTS)).isEqualTo(REQUESTS);

        assertThat(heapKilobytes() - heap).isLessThan(GROWN_KILOBYTES);
        assertThat(series() - series).isLessThan(GROWN_SERIES);
        assertThat(Files.size(BROKER.log()) - log).isLessThan(GROWN_LOG_BYTES);
        given().baseUri(BROKER.management().toString())
                .get("/q/health/ready")
                .then()
                .statusCode(200);
        given().baseUri(BROKER.url().toString())
                .header("Authorization", "Bearer " + Sandbox.DEMO_KEY)
                .post("/accounts/acc_x/token")
                .then()
                .statusCode(404);
    }

    /** Half of them over each version of HTTP. */
    private static long send(OddRequests odd, int count) {
        return Stream.of(Wire.values())
                .mapToLong(wire -> odd.send(wire, BROKER.url().getPort(), count / 2))
                .sum();
    }

    /** As an operator runs it, not at DEBUG. */
    private static Map<String, String> settings() {
        var settings = new HashMap<>(SANDBOX.settings());
        settings.put("quarkus.log.level", "INFO");
        // It tells a hundred refusals of each minute singly, by design.
        settings.put(
                "broker.audit.file",
                BrokerProcess.logs().resolve("odd-requests-audit.jsonl").toString());
        return settings;
    }

    private static long series() {
        return given().baseUri(BROKER.management().toString())
                .get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("http_") || line.startsWith("broker_"))
                .count();
    }

    /** What is left after a collection, the least of four: the serial collector moves all that lives together at each fourth alone. */
    private static long heapKilobytes() throws IOException, InterruptedException {
        var least = afterCollection();
        for (var more = 0; more < 3; more++) {
            least = Math.min(least, afterCollection());
        }
        return least;
    }

    private static long afterCollection() throws IOException, InterruptedException {
        jcmd("GC.run");
        var used = USED.matcher(jcmd("GC.heap_info"))
                .results()
                .mapToLong(generation -> Long.parseLong(generation.group(1)))
                .sum();
        assertThat(used).isPositive();
        return used;
    }

    private static String jcmd(String command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(BROKER.pid()),
                        command)
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
