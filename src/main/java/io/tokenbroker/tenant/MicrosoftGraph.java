package io.tokenbroker.tenant;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Microsoft Graph, which has a name of its own in each national cloud. */
public final class MicrosoftGraph {

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
