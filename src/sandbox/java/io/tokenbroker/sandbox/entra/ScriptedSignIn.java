package io.tokenbroker.sandbox.entra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** A browser's part in a sign-in, for tests that have no browser. It keeps no session. */
final class ScriptedSignIn {

    private static final HttpClient BROWSER =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private ScriptedSignIn() {}

    static URI at(String authorizeUrl, String email) {
        var address = URI.create(authorizeUrl + "&sandbox_user=" + URLEncoder.encode(email, StandardCharsets.UTF_8));
        try {
            var answer = BROWSER.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
            return answer.headers()
                    .firstValue("Location")
                    .map(URI::create)
                    .orElseThrow(() -> new IllegalStateException("No redirect but: " + answer.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
