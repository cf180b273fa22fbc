package io.tokenbroker.upstream;

import io.tokenbroker.settings.BrokerSettings;
import java.net.URI;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which upstreams on other machines the settings reach without TLS. */
public final class Cleartext {

    private static final Pattern POSTGRESQL = Pattern.compile("jdbc:postgresql://([^/?]+).*");
    private static final Pattern POSTGRESQL_WITH_TLS =
            Pattern.compile(".*[?&](?:sslmode=(?:require|verify-ca|verify-full)|ssl=true)(?:&.*)?");

    private Cleartext() {}

    /** By the settings' keys, in their order; no value is repeated. */
    public static Map<String, String> warnings(BrokerSettings settings) {
        var warnings = new TreeMap<String, String>();
        if (isCleartextHttp(Optional.of(settings.fusionauth().url()))) {
            warnings.put("broker.fusionauth.url", "refresh tokens and the API key travel without TLS; use https");
        }
        if (isCleartextHttp(settings.fusionauth().jwksUrl())) {
            warnings.put(
                    "broker.fusionauth.jwks-url",
                    "the keys that callers' tokens are checked with travel without TLS; use https");
        }
        if (isCleartextPostgres(settings.store().url())) {
            warnings.put(
                    "broker.store.url",
                    "its password and sealed tokens may travel without TLS; add sslmode=verify-full to the URL");
        }
        return Collections.unmodifiableMap(warnings);
    }

    private static boolean isCleartextHttp(Optional<URI> url) {
        return url.filter(given -> "http".equals(given.getScheme()) && !AddressKind.isLoopback(given.getHost()))
                .isPresent();
    }

    /** The driver's default uses TLS only if the server offers it. An attacker on the network can withdraw that offer. */
    private static boolean isCleartextPostgres(String url) {
        var postgres = POSTGRESQL.matcher(url);
        return postgres.matches()
                && !POSTGRESQL_WITH_TLS.matcher(url).matches()
                && !Stream.of(postgres.group(1).split(",", -1))
                        .map(host -> host.replaceFirst(":[0-9]+$", ""))
                        .allMatch(AddressKind::isLoopback);
    }
}
