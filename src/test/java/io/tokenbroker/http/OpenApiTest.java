package io.tokenbroker.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Contract;
import io.tokenbroker.support.Management;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

@QuarkusTest
class OpenApiTest extends BrokerTest {

    @Test
    void theFileAtTheRootIsServedByteForByte() throws IOException {
        var served = Management.given()
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .contentType("application/yaml")
                .extract()
                .asByteArray();

        assertThat(served).isEqualTo(Files.readAllBytes(Contract.FILE));
        Management.given().head("/q/openapi").then().statusCode(200).contentType("application/yaml");
    }

    @Test
    void itsVersionIsTheBrokers() {
        assertThat(Contract.document().path("info").path("version").asText())
                .isEqualTo(ConfigProvider.getConfig().getValue("quarkus.application.version", String.class));
    }

    @Test
    void aMethodThatAPathDoesNotHaveIsAnsweredWithThoseItHas() {
        for (var path : Contract.document().path("paths").properties()) {
            var has = new TreeSet<>(Set.of("OPTIONS"));
            path.getValue().fieldNames().forEachRemaining(method -> has.add(method.toUpperCase(Locale.ROOT)));
            if (has.contains("GET")) {
                has.add("HEAD");
            }

            given().request("BREW", path.getKey().replace("{id}", "acc_x"))
                    .then()
                    .statusCode(405)
                    .header("Allow", String.join(", ", has));
        }
    }
}
