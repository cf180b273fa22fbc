package io.tokenbroker.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.Link;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An account that a person linked before the story begins: signed in at Entra for real, so that its refresh token works,
 * and written to FusionAuth as a login would have.
 */
public final class EarlierLink {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern CODE = Pattern.compile("[?&]code=([^&]+)");

    private final Sandbox sandbox;
    private final HttpClient http = HttpClient.newHttpClient();

    public EarlierLink(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    /** Links the account of {@code email} to a FusionAuth user. */
    public Link add(UUID userId, UUID providerId, Tenant tenant, String email) {
        var base = sandbox.entra().url() + "/" + tenant.id() + "/oauth2/v2.0/";
        var redirect = sandbox.entra()
                .signIn(
                        base + "authorize?"
                                + form(Map.of(
                                        "client_id", AppRegistration.CLIENT_ID,
                                        "response_type", "code",
                                        "redirect_uri", Sandbox.CALLBACK,
                                        "scope", "openid profile email offline_access",
                                        "state", "earlier")),
                        email);
        var tokens = redeem(base + "token", redirect);
        return sandbox.fusionAuth()
                .addLink(
                        userId,
                        providerId,
                        subject(tokens),
                        email,
                        tokens.path("refresh_token").asText());
    }

    private JsonNode redeem(String tokenEndpoint, URI redirect) {
        var code = CODE.matcher(redirect.toString());
        if (!code.find()) {
            throw new IllegalStateException("No code in " + redirect);
        }
        return post(
                tokenEndpoint,
                form(Map.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        code.group(1),
                        "client_id",
                        AppRegistration.CLIENT_ID,
                        "client_secret",
                        sandbox.entra().app().secret(),
                        "redirect_uri",
                        Sandbox.CALLBACK)));
    }

    private JsonNode post(String url, String form) {
        try {
            var request = HttpRequest.newBuilder(URI.create(url))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form))
                    .build();
            return JSON.readTree(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String subject(JsonNode tokens) {
        try {
            var claims = tokens.path("id_token").asText().split("\\.", -1)[1];
            return JSON.readTree(Base64.getUrlDecoder().decode(claims))
                    .path("sub")
                    .asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
