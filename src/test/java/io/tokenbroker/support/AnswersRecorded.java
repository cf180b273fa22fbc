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
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification expected, FilterContext context) {
        var response = context.next(request, expected);
        if (String.valueOf(response.contentType()).contains("json")) {
            record(response.asString());
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
