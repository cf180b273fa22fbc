package io.tokenbroker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Load;
import io.tokenbroker.support.Management;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A caller cannot make series of metrics: each would stay for ever. */
@QuarkusTest
class MetricSeriesTest extends BrokerTest {

    private static final int MANY = Load.of(4_000, 40_000);

    /** A path and a method may meet a status that they have not met before; what grows with the requests is far more. */
    private static final int RARE = 60;

    @Test
    void oddRequestsMakeNoSeriesThatAFewDidNotMake() {
        var odd = new OddRequests(1);
        odd.send(RestAssured.port, MANY);
        var before = series();

        assertThat(odd.send(RestAssured.port, MANY)).isEqualTo(MANY);

        var made = series();
        made.removeAll(before);
        assertThat(made).hasSizeLessThan(RARE);
    }

    @Test
    void norDoOddRequestsOfHttp2() {
        var odd = new OddRequests(2);
        odd.send(Wire.HTTP_2, RestAssured.port, MANY / 4);
        var before = series();

        assertThat(odd.send(Wire.HTTP_2, RestAssured.port, MANY / 4)).isEqualTo(MANY / 4);

        var made = series();
        made.removeAll(before);
        assertThat(made).hasSizeLessThan(RARE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET //accounts/made-up/token",
                "GET /accounts//made-up/token",
                "POST /made-up",
                "GET /%6dade-up",
                "GET /accounts/made-up",
                "GET /x/../accounts/made-up/token",
                "GET /providers;made-up",
                "GET made-up",
                "GET *made-up",
                "GET http://made-up/made-up",
                "GET /made-up%zz",
                "GET /accounts/made-up%",
                "GET /made-up?%zz",
                "GET /made-up\\x",
                "GET /%ff%fe/made-up",
                "MADE-UP /accounts",
                "MADE-UP /made-up"
            })
    void whatIsMadeUpIsInNoLabel(String requestLine) {
        RawHttp.send(requestLine, "", "");

        assertThat(metrics()).doesNotContainIgnoringCase("made-up").doesNotContain("\"/accounts/\"");
    }

    @Test
    void requestsByUnknownMethodsAreCounted() {
        var before = unknownMethods();

        RawHttp.send("BREW /accounts", "", "");
        RawHttp.send("get /accounts", "", "");

        assertThat(unknownMethods()).isEqualTo(before + 2);
    }

    @Test
    void whatThePathsOfTheApiAreStaysInTheLabels() {
        RawHttp.send("GET /accounts", "", "");
        RawHttp.send("POST /accounts/acc_x/token", "", "");
        RawHttp.send("GET /nothing", "", "");

        assertThat(metrics()).contains("uri=\"/accounts\"", "uri=\"/accounts/{id}/token\"", "uri=\"/{unknown}\"");
    }

    private static double unknownMethods() {
        return metrics()
                .lines()
                .filter(line -> line.startsWith("broker_requests_unknown_method_total "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Those of the broker and its HTTP; the JVM's are its own affair. */
    private static Set<String> series() {
        return metrics()
                .lines()
                .filter(line -> line.startsWith("http_") || line.startsWith("broker_"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .collect(Collectors.toSet());
    }

    private static String metrics() {
        return Management.given().get("/q/metrics").asString();
    }
}
