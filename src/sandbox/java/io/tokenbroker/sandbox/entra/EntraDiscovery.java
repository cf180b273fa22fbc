package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The OpenID configuration and the signing keys of a tenant. As at Entra, PKCE and revocation are not mentioned. */
final class EntraDiscovery {

    private final String base;
    private final SigningKey key;
    private final Switches switches;

    EntraDiscovery(String base, SigningKey key, Switches switches) {
        this.switches = switches;
        this.base = base;
        this.key = key;
    }

    Reply configuration(String segment, Authority authority) {
        var root = base;
        var oauth = root + "/" + segment + "/oauth2/v2.0/";
        var document = new LinkedHashMap<String, Object>();
        document.put("issuer", issuer(authority));
        document.put("authorization_endpoint", oauth + "authorize");
        document.put("token_endpoint", oauth + "token");
        document.put("end_session_endpoint", oauth + "logout");
        document.put("jwks_uri", root + "/" + segment + "/discovery/v2.0/keys");
        document.put("userinfo_endpoint", root + "/graph/oidc/userinfo");
        document.put("token_endpoint_auth_methods_supported", List.of("client_secret_post", "client_secret_basic"));
        document.put("response_types_supported", List.of("code"));
        document.put("response_modes_supported", List.of("query", "fragment", "form_post"));
        document.put("subject_types_supported", List.of("pairwise"));
        document.put("id_token_signing_alg_values_supported", List.of("RS256"));
        document.put("scopes_supported", List.of("openid", "profile", "email", "offline_access"));
        document.put(
                "claims_supported",
                List.of(
                        "sub",
                        "iss",
                        "aud",
                        "exp",
                        "iat",
                        "nonce",
                        "preferred_username",
                        "name",
                        "tid",
                        "ver",
                        "email"));
        if (switches.issuerInRedirect()) {
            document.put("authorization_response_iss_parameter_supported", true);
        }
        document.put("request_uri_parameter_supported", false);
        document.put("http_logout_supported", true);
        document.put("frontchannel_logout_supported", true);
        document.put("cloud_instance_name", "localhost");
        document.put("msgraph_host", root + "/graph");
        return Reply.json(200, document);
    }

    Reply keys(Authority authority) {
        var published = new LinkedHashMap<>(key.published());
        published.put("issuer", issuer(authority));
        return Reply.json(200, Map.of("keys", List.of(published)));
    }

    private String issuer(Authority authority) {
        return base + "/" + authority.issuerTenant() + "/v2.0";
    }
}
