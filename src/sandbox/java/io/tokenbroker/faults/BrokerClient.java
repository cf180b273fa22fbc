package io.tokenbroker.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.sandbox.Sandbox;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The broker as its callers see it; several replicas stand behind one address that goes round among them. */
final class BrokerClient {

    /** How a call ended: the problem's code, or a word where there is none. */
    record Answer(int status, String code, JsonNode body) {

        static final String MINTED = "minted";
        static final String NO_ANSWER = "no answer";

        boolean isMinted() {
            return code.equals(MINTED);
        }

        String token() {
            return body.path("access_token").asText();
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final Duration A_MOMENT = Duration.ofMillis(200);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Answer NOBODY = new Answer(0, Answer.NO_ANSWER, JSON.createObjectNode());

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Supplier<List<URI>> brokers;
    private final AtomicInteger turn = new AtomicInteger();

    /** @param brokers those that requests are sent to at present */
    BrokerClient(Supplier<List<URI>> brokers) {
        this.brokers = brokers;
    }

    /**
     * Asks until the account is where a fault strikes it, and gives the last answer's code: a broker that has just heard of
     * an outage, or is slow, may give up before.
     *
     * @param struck is over then
     */
    String mintUntil(CountDownLatch struck, Account account) {
        var answer = mintAnew(account);
        while (struck.getCount() > 0) {
            Waiting.pass(A_MOMENT);
            answer = mintAnew(account);
        }
        return answer.code();
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
        var request = request(Sandbox.DEMO_KEY).GET();
        var answer = send("/accounts/" + account.id() + "?user_id=" + account.userId(), request);
        return answer.body().path("status").asText(answer.code());
    }

    Answer post(String credential, String path, Map<String, ?> body) {
        return send(path, request(credential).POST(BodyPublishers.ofString(write(body))));
    }

    private static HttpRequest.Builder request(String credential) {
        return HttpRequest.newBuilder()
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + credential)
                .header("Content-Type", "application/json");
    }

    /** To the next replica in turn; a replica that takes no connection is passed over, as a load balancer does. */
    private Answer send(String path, HttpRequest.Builder request) {
        var urls = brokers.get();
        var first = turn.getAndIncrement();
        for (var tries = 0; tries < urls.size(); tries++) {
            var url = urls.get(Math.floorMod(first + tries, urls.size()));
            try {
                var response = http.send(request.uri(url.resolve(path)).build(), BodyHandlers.ofString());
                var body = JSON.readTree(response.body());
                return new Answer(response.statusCode(), body.path("code").asText(Answer.MINTED), body);
            } catch (ConnectException notThere) {
                // The next one, then.
            } catch (IOException brokerGone) {
                return NOBODY;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        return NOBODY;
    }

    private static String write(Map<String, ?> body) {
        return JSON.valueToTree(body).toString();
    }
}
