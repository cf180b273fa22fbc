package io.tokenbroker.support;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.util.List;

/** Remembers what the broker itself gave out and must not log: sealed values and tokens. */
public final class AnswersRecorded implements Filter {

    private static final List<String> SECRET = List.of("state", "pending_link_id", "access_token", "token");

    /** Pages, metrics, and the document itself. */
    private static final List<String> NOT_READ =
            List.of("text/html", "text/plain; version=", "application/yaml", "application/openmetrics-text");

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification expected, FilterContext context) {
        var response = context.next(request, expected);
        var type = String.valueOf(response.contentType());
        if (type.contains("json")) {
            record(response.asString());
        } else if (NOT_READ.stream().noneMatch(type::startsWith)
                && !response.asString().isEmpty()) {
            throw new AssertionError("Secrets in an answer of this type go unseen; read it here: " + type);
        }
        return response;
    }

    private static void record(String body) {
        try {
            var answer = JSON.readTree(body);
            SECRET.forEach(name -> answer.findValues(name).forEach(value -> IssuedSecrets.record(value.asText())));
        } catch (JsonProcessingException notJson) {
            throw new AssertionError("An answer says it is JSON, and is not", notJson);
        }
    }
}
