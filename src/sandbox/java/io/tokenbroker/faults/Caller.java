package io.tokenbroker.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.sandbox.Sandbox;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** The broker as its callers see it. */
final class Caller {

    /** How a call ended: the problem's code, or a word where there is none. */
    record Answer(int status, String code, JsonNode body) {

        static final String MINTED = "minted";
        static final String NO_ANSWER = "no answer";

        boolean isMinted() {
            return code.equals(MINTED);
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI broker;

    Caller(URI broker) {
        this.broker = broker;
    }

    /** The provider has to be asked. */
    Answer mintAnew(Account account) {
        return mint(account, Map.of("force_refresh", true));
    }

    Answer mint(Account account, Map<String, ?> body) {
        return post(Sandbox.DEMO_KEY, "/accounts/" + account.id() + "/token", body);
    }

    /** The account's {@code status}, or a problem's code. */
    String status(Account account) {
        var request = request(Sandbox.DEMO_KEY, "/accounts/" + account.id() + "?user_id=" + account.userId());
        var answer = send(request.GET());
        return answer.body().path("status").asText(answer.code());
    }

    Answer post(String credential, String path, Map<String, ?> body) {
        return send(request(credential, path).POST(BodyPublishers.ofString(write(body))));
    }

    private HttpRequest.Builder request(String credential, String path) {
        return HttpRequest.newBuilder(broker.resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + credential)
                .header("Content-Type", "application/json");
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            var response = http.send(request.build(), BodyHandlers.ofString());
            var body = JSON.readTree(response.body());
            return new Answer(response.statusCode(), body.path("code").asText(Answer.MINTED), body);
        } catch (IOException brokerGone) {
            return new Answer(0, Answer.NO_ANSWER, JSON.createObjectNode());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String write(Map<String, ?> body) {
        return JSON.valueToTree(body).toString();
    }
}
