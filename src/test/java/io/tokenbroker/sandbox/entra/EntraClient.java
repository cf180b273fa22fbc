package io.tokenbroker.sandbox.entra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A confidential client in a few lines, to speak to the stand-in as the broker and FusionAuth do. */
final class EntraClient implements AutoCloseable {

    static final String REDIRECT_URI = "http://localhost:9011/callback";
    static final String LINK_SCOPE = "openid profile email offline_access";
    static final String ARM = "https://management.azure.com";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** An answer, its body also read as JSON where it is. */
    record Answer(int status, HttpResponse<String> raw) {

        JsonNode json() throws IOException {
            return JSON.readTree(raw.body());
        }

        String text(String field) throws IOException {
            return json().path(field).asText();
        }

        int code() throws IOException {
            return json().path("error_codes").path(0).asInt();
        }

        String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }
    }

    private final EntraStandIn entra;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    EntraClient(EntraStandIn entra) {
        this.entra = entra;
        entra.app().addRedirectUri(REDIRECT_URI);
    }

    String authorizeUrl(String tenant, String scope, String... more) {
        return entra.url() + "/" + tenant + "/oauth2/v2.0/authorize?"
                + encode(fields(
                        more,
                        "client_id",
                        AppRegistration.CLIENT_ID,
                        "response_type",
                        "code",
                        "redirect_uri",
                        REDIRECT_URI,
                        "scope",
                        scope,
                        "state",
                        "state-1"));
    }

    /** Signs in and redeems the code at {@code common}, as linking does. */
    JsonNode link(String email) throws Exception {
        return redeem("common", signIn("common", email)).json();
    }

    String refreshTokenOf(String email) throws Exception {
        return link(email).path("refresh_token").asText();
    }

    String signIn(String tenant, String email, String... more) {
        return query(entra.signIn(authorizeUrl(tenant, LINK_SCOPE, more), email))
                .getOrDefault("code", "");
    }

    Answer redeem(String tenant, String code, String... more) throws Exception {
        return token(
                tenant, fields(more, "grant_type", "authorization_code", "code", code, "redirect_uri", REDIRECT_URI));
    }

    Answer refresh(String tenant, String refreshToken, String... more) throws Exception {
        return token(tenant, fields(more, "grant_type", "refresh_token", "refresh_token", refreshToken));
    }

    Answer refreshFor(String refreshToken, String scope) throws Exception {
        return refresh("common", refreshToken, "scope", scope);
    }

    /** Sends a form with the client's credential, and such fields as headers whose name has a colon in front. */
    Answer token(String tenant, Map<String, String> fields) throws Exception {
        var form = new LinkedHashMap<String, String>();
        form.put("client_id", AppRegistration.CLIENT_ID);
        form.put("client_secret", entra.app().secret());
        var request = HttpRequest.newBuilder(URI.create(entra.url() + "/" + tenant + "/oauth2/v2.0/token"))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/x-www-form-urlencoded");
        fields.forEach((name, value) -> {
            if (name.startsWith(":")) {
                request.header(name.substring(1), value);
            } else {
                form.put(name, value);
            }
        });
        form.values().removeIf(String::isEmpty);
        return send(request.POST(BodyPublishers.ofString(encode(form))));
    }

    Answer get(String path, String bearer) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(entra.url() + path)).header("Authorization", "Bearer " + bearer));
    }

    Answer get(URI address) throws Exception {
        return send(HttpRequest.newBuilder(address));
    }

    Answer control(String method, String path, String body) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(entra.url() + "/_sandbox/" + path))
                .method(method, BodyPublishers.ofString(body)));
    }

    Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var answer = http.send(request.build(), BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer);
    }

    static Map<String, String> fields(String[] more, String... usual) {
        var fields = new HashMap<String, String>();
        for (var pairs : new String[][] {usual, more}) {
            for (var i = 0; i < pairs.length; i += 2) {
                fields.put(pairs[i], pairs[i + 1]);
            }
        }
        return fields;
    }

    static Map<String, String> query(URI uri) {
        return Arrays.stream(uri.getRawQuery().split("&", -1))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    static String encode(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    @Override
    public void close() {
        http.close();
    }
}
