package io.tokenbroker.tenant;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What is particular to Microsoft Entra. */
public final class Entra {

    private Entra() {}

    /** Entra's endpoints before v2.0. They know resources, but no scopes, so a mint there gets another token than it asks for. */
    public static final class EntraV1 {

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
        public static boolean isIssuer(URI issuer) {
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

    /** Whether two issuers are one. */
    public static final class Issuer {

        private static final Pattern GUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
        private static final Pattern ENTRA = Pattern.compile("(https?://[^/]+)/([^/]+)/v2\\.0");

        /** What stands in the place of the tenant where people of any tenant sign in. */
        private static final String ANY_TENANT = "{tenantid}";

        private static final Set<String> OF_ANY_TENANT = Set.of("common", "organizations");

        private Issuer() {}

        /**
         * Whether a document of this issuer says the same, but for a slash at the end. At Entra one tenant has several names,
         * and a document says its GUID.
         */
        public static boolean isSame(URI configured, String said) {
            var asked = withoutSlash(configured.toString());
            var answered = withoutSlash(said);
            if (asked.equals(answered)) {
                return true;
            }
            var ours = ENTRA.matcher(asked);
            var theirs = ENTRA.matcher(answered);
            return ours.matches()
                    && theirs.matches()
                    && ours.group(1).equalsIgnoreCase(theirs.group(1))
                    && isSameTenant(ours.group(2), theirs.group(2));
        }

        private static boolean isSameTenant(String configured, String said) {
            if (OF_ANY_TENANT.contains(configured)) {
                return said.equals(ANY_TENANT);
            }
            return GUID.matcher(configured).matches()
                    ? configured.equalsIgnoreCase(said)
                    : GUID.matcher(said).matches();
        }

        static String withoutSlash(String issuer) {
            return issuer.replaceAll("/+$", "");
        }
    }

    /** Microsoft Graph, which has a name of its own in each national cloud. */
    public static final class MicrosoftGraph {

        private static final String PUBLIC = "https://graph.microsoft.com";
        private static final String US_GOVERNMENT = "https://graph.microsoft.us";
        private static final String US_DEFENSE = "https://dod-graph.microsoft.us";
        private static final String CHINA = "https://microsoftgraph.chinacloudapi.cn";

        private static final Set<String> ALL = Set.of(PUBLIC, US_GOVERNMENT, US_DEFENSE, CHINA);

        /** By where people sign in. The defense cloud shares that with the government's and must be named by settings. */
        private static final Map<String, String> BY_LOGIN_HOST = Map.of(
                "login.microsoftonline.us", US_GOVERNMENT,
                "login.usgovcloudapi.net", US_GOVERNMENT,
                "login.partner.microsoftonline.cn", CHINA,
                "login.chinacloudapi.cn", CHINA);

        private MicrosoftGraph() {}

        /** Whether the resource is some cloud's Graph. */
        public static boolean is(String resource) {
            return ALL.contains(resource);
        }

        /**
         * Whether this is a scope of some cloud's Graph: its name and one more step. No other resource can have a name of that
         * host, and Graph itself has none that is longer.
         */
        public static boolean isScope(String text) {
            var end = text.lastIndexOf('/');
            return end > 0 && end < text.length() - 1 && is(text.substring(0, end));
        }

        /** The Graph of the cloud that an Entra endpoint is in; the public one where the host says nothing. */
        public static String of(TokenEndpoint endpoint) {
            return Optional.ofNullable(endpoint.uri().getHost())
                    .map(BY_LOGIN_HOST::get)
                    .orElse(PUBLIC);
        }
    }
}
