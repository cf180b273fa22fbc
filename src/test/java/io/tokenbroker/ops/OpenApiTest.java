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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(strings = {"/oauth2/token", "/accounts/{id}/oauth2/token"})
    void whatAPolicyRefusesIsDescribedAtTheExchange(String path) throws IOException {
        var refusals = tree(Files.readString(Path.of("openapi.yaml")))
                .path("paths")
                .path(path)
                .path("post")
                .path("responses");

        assertThat(refusals.path("400").path("description").asText())
                .contains("`unauthorized_client`: `forbidden`.")
                .containsPattern("`invalid_target`: [^.]*`forbidden`")
                .containsPattern("`invalid_scope`: [^.]*`forbidden`");
        assertThat(refusals.path("401").path("description").asText()).contains("`invalid_client`: ");
    }

    @Test
    void theRateIsDescribedWhereItIsSent() throws IOException {
        var described = new TreeSet<String>();
        tree(Files.readString(Path.of("openapi.yaml")))
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(operation -> Stream.of("200", "429", "403", "400")
                                .map(operation.getValue().path("responses")::path)
                                .filter(answer -> !answer.isMissingNode())
                                .allMatch(answer -> answer.path("headers").has("RateLimit")
                                        && answer.path("headers").has("RateLimit-Policy")))
                        .forEach(operation -> described.add(
                                operation.getValue().path("operationId").asText())));

        assertThat(described)
                .containsExactly(
                        "exchangeToken",
                        "exchangeTokenOfAccount",
                        "getManagedIdentityToken",
                        "getManagedIdentityTokenOfAccount",
                        "mintToken",
                        "mintTokens");
    }

    /** The order of members is nobody's business. */
    private static JsonNode tree(String yaml) throws IOException {
        return new YAMLMapper().readTree(yaml);
    }
}
