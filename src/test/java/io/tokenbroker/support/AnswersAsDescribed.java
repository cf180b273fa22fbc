package io.tokenbroker.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import io.restassured.RestAssured;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Holds every answer of the broker against openapi.yaml: its status, header fields, media type, members and code. */
public final class AnswersAsDescribed implements Filter {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern PATH = Pattern.compile("https?://[^/?#]*([^?#]*).*", Pattern.DOTALL);
    private static final JsonNode SCHEMAS = closed();
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
    private static final Map<JsonNode, Schema> COMPILED = new ConcurrentHashMap<>();

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification expected, FilterContext context) {
        var response = context.next(request, expected);
        if (!request.getURI().startsWith(RestAssured.baseURI + ":" + RestAssured.port) || isOfCors(request, response)) {
            return response;
        }
        var path = PATH.matcher(request.getURI()).replaceFirst("$1");
        var what = "%s %s: %d %s".formatted(request.getMethod(), path, response.statusCode(), response.asString());
        Contract.operation(request.getMethod(), path)
                .ifPresentOrElse(
                        operation -> check(what, operation, response, request.getMethod()),
                        () -> checkUndescribed(what, request.getMethod(), path, response));
        return response;
    }

    /** Another page is turned away before anything knows which operation it asks for. */
    private static boolean isOfCors(FilterableRequestSpecification request, Response response) {
        return request.getHeaders().hasHeaderWithName("Origin")
                && response.statusCode() == 403
                && response.asString().isEmpty();
    }

    /** Preflights are no operations. Anything else is refused; azd reads refusals as 200. */
    private static void checkUndescribed(String what, String method, String path, Response response) {
        var refused = response.statusCode() >= 400 || path.endsWith("/azd/token");
        assertThat(refused || method.equals("OPTIONS"))
                .as("openapi.yaml has " + what)
                .isTrue();
    }

    private static void check(String what, Contract.Operation operation, Response response, String method) {
        var described = operation.answer(String.valueOf(response.statusCode())).orElse(null);
        if (described == null) {
            throw new AssertionError("No such answer in openapi.yaml: " + what);
        }
        Contract.document().path("components").path("headers").fieldNames().forEachRemaining(header -> {
            if (response.headers().hasHeaderWithName(header)) {
                assertThat(described.path("headers").has(header))
                        .as("openapi.yaml has %s at %s", header, what)
                        .isTrue();
            }
        });
        if (method.equals("HEAD")) {
            return;
        }
        if (!described.has("content")) {
            assertThat(response.asString()).as(what).isEmpty();
            return;
        }
        var mediaType = String.valueOf(response.contentType()).split(";", 2)[0];
        var content = described.path("content").path(mediaType);
        assertThat(content.isMissingNode())
                .as("openapi.yaml has the media type %s of %s", mediaType, what)
                .isFalse();
        var body = parsed(response.asString());
        assertThat(schema(content.path("schema")).validate(body))
                .as("what openapi.yaml says against " + what)
                .isEmpty();
        checkCode(what, described.path("description").asText(), mediaType, body);
    }

    private static void checkCode(String what, String description, String mediaType, JsonNode body) {
        if (mediaType.equals("application/problem+json")) {
            assertThat(description).as(what).contains("`" + body.path("code").asText() + "`: ");
        } else if (body.has("broker_code")) {
            assertThat(description)
                    .as(what)
                    .containsPattern("`%s`: [^.]*`%s`"
                            .formatted(
                                    body.path("error").asText(),
                                    body.path("broker_code").asText()));
        } else if (body.has("statusCode")) {
            assertThat(description).as(what).contains("`" + body.path("error").asText() + "`: ");
        }
    }

    private static Schema schema(JsonNode described) {
        return COMPILED.computeIfAbsent(described, node -> {
            ObjectNode whole = node.deepCopy();
            whole.set("$defs", SCHEMAS);
            return REGISTRY.getSchema(parsed(whole.toString().replace("#/components/schemas/", "#/$defs/")));
        });
    }

    /** Fails unless it is one of {@code components/schemas} by this name. */
    public static void assertIs(String schemaName, JsonNode body) {
        assertThat(SCHEMAS.has(schemaName))
                .as("openapi.yaml has a schema " + schemaName)
                .isTrue();
        var reference = new ObjectMapper().createObjectNode().put("$ref", "#/components/schemas/" + schemaName);
        assertThat(schema(reference).validate(body))
                .as("what openapi.yaml says against " + body)
                .isEmpty();
    }

    /** Callers must expect new members; the tests must not. */
    private static JsonNode closed() {
        var schemas = Contract.document().path("components").path("schemas").deepCopy();
        schemas.forEach(schema -> ((ObjectNode) schema).put("additionalProperties", false));
        return schemas;
    }

    private static JsonNode parsed(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException notJson) {
            throw new AssertionError("An answer says it is JSON, and is not: " + body, notJson);
        }
    }
}
