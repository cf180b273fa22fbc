package io.tokenbroker.real;

import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.support.Broker;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A person at Keycloak's own pages: the login form, then perhaps the one that asks for consent. */
final class KeycloakPages {

    private static final Pattern ACTION = Pattern.compile("<form[^>]*\\baction=\"([^\"]+)\"", Pattern.DOTALL);
    private static final Pattern HIDDEN =
            Pattern.compile("<input[^>]*type=\"hidden\"[^>]*name=\"([^\"]+)\"[^>]*value=\"([^\"]*)\"", Pattern.DOTALL);
    private static final int STEPS = 10;

    private final String callback;
    private final String consent;
    private final Web browser = new Web();

    private KeycloakPages(String callback, String consent) {
        this.callback = callback;
        this.consent = consent;
    }

    /** Signs in, agrees to all, and returns where the browser would go. */
    static URI signIn(String authorizeUrl, String callback, String email) {
        return new KeycloakPages(callback, "accept").arrive(authorizeUrl, email);
    }

    /** Signs in and then declines what is asked. */
    static URI decline(String authorizeUrl, String callback, String email) {
        return new KeycloakPages(callback, "cancel").arrive(authorizeUrl, email);
    }

    private URI arrive(String authorizeUrl, String email) {
        var response = browser.get(URI.create(authorizeUrl));
        for (var step = 0; step < STEPS; step++) {
            var location = response.headers().firstValue("Location");
            if (location.filter(to -> to.startsWith(callback)).isPresent()) {
                return noted(URI.create(location.get()));
            }
            response = location.isPresent()
                    ? browser.get(response.uri().resolve(location.get()))
                    : browser.post(response.uri().resolve(action(response)), filledIn(response, email));
        }
        throw new IllegalStateException("Keycloak does not come to an end: " + response.body());
    }

    private Map<String, String> filledIn(HttpResponse<String> page, String email) {
        var form = new LinkedHashMap<String, String>();
        HIDDEN.matcher(page.body()).results().forEach(field -> form.put(field.group(1), unescaped(field.group(2))));
        if (page.body().contains("name=\"password\"")) {
            form.put("username", email);
            form.put("password", KeycloakServer.PASSWORD);
        } else {
            form.put(consent, "yes");
        }
        return form;
    }

    private static String action(HttpResponse<String> page) {
        var form = ACTION.matcher(page.body());
        if (page.statusCode() != 200 || !form.find()) {
            throw new IllegalStateException("No form: %d %s".formatted(page.statusCode(), page.body()));
        }
        return unescaped(form.group(1));
    }

    private static URI noted(URI arrived) {
        Optional.ofNullable(Broker.query(arrived).get("code")).ifPresent(IssuedSecrets::record);
        return arrived;
    }

    private static String unescaped(String attribute) {
        return attribute
                .replace("&amp;", "&")
                .replace("&#39;", "'")
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
    }
}
