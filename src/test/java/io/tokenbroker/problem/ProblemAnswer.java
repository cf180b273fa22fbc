package io.tokenbroker.problem;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.response.Response;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether an answer is a problem of the contract, to the letter, and gives nothing of the inside away. */
public final class ProblemAnswer {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> ALWAYS = List.of("type", "title", "status", "detail", "code", "request_id");
    private static final Set<String> SOMETIMES = Set.of("errors", "reauthorize", "upstream");

    /** A package, a class or a line of a stack trace. */
    private static final Pattern INSIDE = Pattern.compile(
            "(java|javax|jakarta|io|com|org|net)\\.[a-z]+\\.[a-zA-Z]|[A-Za-z]+(Exception|Error)\\b|\\tat |\\bnull\\b");

    private ProblemAnswer() {}

    /** Fails unless it is one with this status and code; gives its body. */
    public static JsonNode of(Response answer, int status, String code) {
        return of(
                answer.statusCode(),
                String.valueOf(answer.contentType()),
                answer.asString(),
                String.valueOf(answer.header("X-Request-Id")),
                status,
                code);
    }

    public static JsonNode of(
            int gotStatus, String contentType, String body, String requestId, int status, String code) {
        assertThat(gotStatus).as(body).isEqualTo(status);
        assertThat(contentType.toLowerCase(Locale.ROOT)).matches("application/problem\\+json(;charset=utf-8)?");
        var problem = read(body);
        assertThat(problem.path("code").asText()).as(body).isEqualTo(code);
        assertThat(problem.path("type").asText()).isEqualTo("urn:token-broker:problem:" + code);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("detail").asText()).isNotBlank();
        assertThat(problem.path("request_id").asText()).isEqualTo(requestId).isNotBlank();
        assertThat(problem.fieldNames()).toIterable().containsAll(ALWAYS);
        assertThat(problem.fieldNames())
                .toIterable()
                .allMatch(member -> ALWAYS.contains(member) || SOMETIMES.contains(member));
        assertThat(INSIDE.matcher(body).find())
                .as("names of the inside in %s", body)
                .isFalse();
        return problem;
    }

    private static JsonNode read(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException notJson) {
            throw new AssertionError("Not JSON: " + body, notJson);
        }
    }
}
