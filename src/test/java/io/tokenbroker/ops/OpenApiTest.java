package io.tokenbroker.ops;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.support.BrokerTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

@QuarkusTest
class OpenApiTest extends BrokerTest {

    @Test
    void theDocumentAtTheRootIsWhatTheBrokerServes() throws IOException {
        var served = given().get("/q/openapi").then().statusCode(200).extract().asString();

        assertThat(tree(served))
                .as("openapi.yaml has drifted from the code; make openapi writes it anew")
                .isEqualTo(tree(Files.readString(Path.of("openapi.yaml"))));
    }

    @Test
    void aMethodThatAPathDoesNotHaveIsAnsweredWithThoseItHas() throws IOException {
        for (var path :
                tree(Files.readString(Path.of("openapi.yaml"))).path("paths").properties()) {
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

    /** The order of members is nobody's business. */
    private static JsonNode tree(String yaml) throws IOException {
        return new YAMLMapper().readTree(yaml);
    }
}
