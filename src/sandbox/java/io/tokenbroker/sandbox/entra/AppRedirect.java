package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The way back to the app: a redirect URI that was checked, how to hand over, and the state to hand back. */
record AppRedirect(String uri, String mode, String state) {

    /** @throws Refusal if the client or the redirect URI is unknown; there is no way back then */
    static AppRedirect of(Request request, AppRegistration app) {
        var clientId = request.query().getOrDefault("client_id", "");
        if (clientId.isEmpty()) {
            throw Refusal.missing("client_id");
        }
        if (!clientId.equals(app.clientId())) {
            throw Refusal.of(
                    700016, "Application with identifier '%s' was not found in the directory.".formatted(clientId));
        }
        var uri = request.query().getOrDefault("redirect_uri", "");
        if (!app.redirectUris().contains(uri)) {
            throw Refusal.of(
                    50011,
                    "The redirect URI '%s' specified in the request does not match the redirect URIs configured for the application '%s'."
                            .formatted(uri, clientId));
        }
        return new AppRedirect(
                uri,
                request.query().getOrDefault("response_mode", "query"),
                request.query().getOrDefault("state", ""));
    }

    Reply with(Map<String, String> parameters) {
        var all = new LinkedHashMap<>(parameters);
        if (!state.isEmpty()) {
            all.put("state", state);
        }
        return switch (mode) {
            case "form_post" -> Reply.html(200, Pages.postTo(uri, all));
            case "fragment" -> Reply.redirect(uri + "#" + encode(all));
            default -> Reply.redirect(uri + (uri.contains("?") ? "&" : "?") + encode(all));
        };
    }

    Reply error(String error, String description) {
        return with(Map.of("error", error, "error_description", description));
    }

    /** The person pressed Cancel. */
    Reply cancelled() {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("error", "access_denied");
        parameters.put("error_subcode", "cancel");
        parameters.put("error_description", Refusal.of(65004).text());
        return with(parameters);
    }

    private static String encode(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
