package io.tokenbroker.floods;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** One request to the broker, in a caller's name. */
record Call(String method, String path, String authorization, String contentType, String body) {

    private static final String JSON = "application/json";

    /** Longer than the broker lets a call wait for its turn. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    static Call get(String path, String credential) {
        return new Call("GET", path, "Bearer " + credential, JSON, "");
    }

    static Call post(String path, String credential, String body) {
        return new Call("POST", path, "Bearer " + credential, JSON, body);
    }

    static Call form(String path, String credential, String body) {
        return new Call("POST", path, "Bearer " + credential, "application/x-www-form-urlencoded", body);
    }

    static Call mint(String account, String credential, String body) {
        return post("/accounts/%s/token".formatted(account), credential, body);
    }

    /** The answer; empty if none came. */
    Optional<HttpResponse<String>> send(HttpClient http, URI broker) {
        var request = HttpRequest.newBuilder(broker.resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", authorization)
                .header("Content-Type", contentType)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            return Optional.of(http.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException noAnswer) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
