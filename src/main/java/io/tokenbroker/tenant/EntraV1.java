package io.tokenbroker.tenant;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Entra's endpoints before v2.0. They know resources, but no scopes, so a mint there gets another token than it asks for. */
public final class EntraV1 {

    /** Where tokens of v1 say that they are from. */
    private static final String TOKENS_ISSUER = "sts.windows.net";

    private static final Set<String> HOSTS = Set.of(
            TOKENS_ISSUER,
            "login.microsoftonline.com",
            "login.microsoft.com",
            "login.windows.net",
            "login.microsoftonline.us",
            "login.usgovcloudapi.net",
            "login.partner.microsoftonline.cn",
            "login.chinacloudapi.cn");

    private static final String GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    private static final Pattern ISSUER = Pattern.compile("/[^/]+/?");
    private static final Pattern ENDPOINT = Pattern.compile("/[^/]+/oauth2/token");
    private static final Pattern ENDPOINT_OF_A_TENANT =
            Pattern.compile("/(?:" + GUID + "|common|organizations)/oauth2/token");

    private EntraV1() {}

    /** Whether this is an issuer of v1, which is without {@code /v2.0}. */
    static boolean isIssuer(URI issuer) {
        return HOSTS.contains(host(issuer)) && ISSUER.matcher(path(issuer)).matches();
    }

    /** Whether this is a token endpoint of v1. Other providers have such paths too, but hardly below a GUID. */
    public static boolean isTokenEndpoint(URI endpoint) {
        var form = HOSTS.contains(host(endpoint)) ? ENDPOINT : ENDPOINT_OF_A_TENANT;
        return form.matcher(path(endpoint)).matches();
    }

    private static String host(URI uri) {
        return Optional.ofNullable(uri.getHost()).orElse("").toLowerCase(Locale.ROOT);
    }

    private static String path(URI uri) {
        return Optional.ofNullable(uri.getPath()).orElse("");
    }
}
