package io.tokenbroker.start;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** An authorization endpoint with parameters; one that has a query already keeps it (RFC 6749 §3.1). */
final class AuthorizeUrl {

    private final StringBuilder url;
    private char separator;

    AuthorizeUrl(URI endpoint) {
        url = new StringBuilder(endpoint.toString());
        separator = endpoint.getRawQuery() == null ? '?' : '&';
    }

    /** Adds a parameter, unless there is no value. */
    AuthorizeUrl with(String name, @Nullable String value) {
        if (value != null) {
            // Percent for a space: not every server takes a plus for one.
            var encoded = URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
            url.append(separator).append(name).append('=').append(encoded);
            separator = '&';
        }
        return this;
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
