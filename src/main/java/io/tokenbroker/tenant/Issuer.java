package io.tokenbroker.tenant;

import java.net.URI;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether two issuers are one. */
public final class Issuer {

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
