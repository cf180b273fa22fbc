package io.tokenbroker.doctor;

import io.tokenbroker.doctor.ProbeHttp.Answer;
import io.tokenbroker.settings.FusionAuthSettings;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;

/** Requests to FusionAuth as the broker makes them: with its key, and with the tenant. */
final class FusionAuthProbe {

    private final ProbeHttp http;
    private final FusionAuthSettings settings;
    private final String base;

    FusionAuthProbe(ProbeHttp http, FusionAuthSettings settings) {
        this.http = http;
        this.settings = settings;
        this.base = settings.url().toString().replaceFirst("/+$", "");
    }

    URI url(String path) {
        return URI.create(base + path);
    }

    /** Without the key. */
    Answer open(String path) {
        return http.get(url(path), Map.of());
    }

    Answer get(String path) {
        return http.get(url(path), headers());
    }

    Answer delete(String path) {
        return http.send(HttpRequest.newBuilder(url(path)).DELETE(), headers());
    }

    /** An empty object, which no endpoint takes for anything. */
    Answer postNothing(String path) {
        return http.send(
                HttpRequest.newBuilder(url(path))
                        .POST(BodyPublishers.ofString("{}"))
                        .setHeader("Content-Type", "application/json"),
                headers());
    }

    String place() {
        return ProbeHttp.place(settings.url());
    }

    private Map<String, String> headers() {
        return Map.of(
                "Authorization",
                settings.apiKey(),
                "X-FusionAuth-TenantId",
                settings.tenantId().toString());
    }
}
