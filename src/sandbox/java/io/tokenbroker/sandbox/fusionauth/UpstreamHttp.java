package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** The requests to providers, each with FusionAuth's cap of ten seconds. */
final class UpstreamHttp {

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private static final ObjectMapper JSON = new ObjectMapper();

    private volatile Duration timeout = Duration.ofSeconds(10);

    void timeout(Duration newTimeout) {
        timeout = newTimeout;
    }

    JsonNode get(String url) throws IOException {
        return send(request(url));
    }

    JsonNode get(String url, String bearer) throws IOException {
        return send(request(url).header("Authorization", "Bearer " + bearer));
    }

    /** POST of a form; {@code authorization} is left out if empty. */
    JsonNode post(String url, Map<String, String> form, String authorization) throws IOException {
        var body = form.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
        var request = request(url)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body));
        return send(authorization.isEmpty() ? request : request.header("Authorization", authorization));
    }

    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static HttpRequest.Builder request(String url) throws IOException {
        try {
            return HttpRequest.newBuilder(URI.create(url)).header("Accept", "application/json");
        } catch (IllegalArgumentException notAUrl) {
            throw new IOException("Not a URL", notAUrl);
        }
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException {
        // The whole exchange is capped, a body that never ends included.
        var answer = HTTP.sendAsync(request.build(), BodyHandlers.ofString());
        try {
            var response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != 200) {
                throw new IOException("Status " + response.statusCode());
            }
            return JSON.readTree(response.body());
        } catch (TimeoutException | ExecutionException failed) {
            answer.cancel(true);
            throw new IOException(failed);
        } catch (InterruptedException closing) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException(closing);
        }
    }
}
