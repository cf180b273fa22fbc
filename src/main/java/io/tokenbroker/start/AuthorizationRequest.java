package io.tokenbroker.start;

import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ClaimsRequest;
import io.tokenbroker.seal.Secret;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jose4j.base64url.Base64Url;
import org.jose4j.lang.ByteUtil;
import org.jose4j.lang.HashUtil;
import org.jspecify.annotations.Nullable;

/** The body of start. */
record AuthorizationRequest(
        String providerId,
        String redirectUri,
        @Nullable String loginHint,
        @Nullable String prompt,
        List<String> scopes,
        @Nullable String claims,
        @Nullable String accountId) {

    private static final Set<String> PROMPTS = Set.of("login", "consent", "select_account", "none");
    static final int LONGEST_HINT = 320;

    /** RFC 6749 §3.3. Any resource that can be minted for, and a permission. */
    private static final Pattern SCOPE = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,768}");

    /** All together: they travel in a URL, and where consent is asked in the state too. */
    private static final int LONGEST_SCOPE = 8_192;

    AuthorizationRequest {
        if (isBlank(providerId)) {
            throw BrokerException.invalidField("provider_id", "is required");
        }
        if (isBlank(redirectUri)) {
            throw BrokerException.invalidField("redirect_uri", "is required");
        }
        if (loginHint != null && (loginHint.length() > LONGEST_HINT || loginHint.isBlank())) {
            throw BrokerException.invalidField("login_hint", "must have 1 to 320 characters");
        }
        if (prompt != null && !PROMPTS.contains(prompt)) {
            throw BrokerException.invalidField("prompt", "must be login, consent, select_account or none");
        }
        ClaimsRequest.check(claims);
        scopes = scopes == null ? List.of() : checked(scopes);
    }

    private static List<String> checked(List<String> scopes) {
        if (scopes.size() > 50
                || !scopes.stream()
                        .allMatch(scope -> scope != null && SCOPE.matcher(scope).matches())) {
            throw BrokerException.invalidField(
                    "scopes", "must be up to 50 scopes of 768 characters at most, without spaces");
        }
        if (String.join(" ", scopes).length() > LONGEST_SCOPE) {
            throw BrokerException.invalidField("scopes", "must have up to 8192 characters together");
        }
        return List.copyOf(scopes);
    }

    @SuppressWarnings("ConstantValue") // JSON may leave out what the type says is there
    private static boolean isBlank(@Nullable String value) {
        return value == null || value.isBlank();
    }

    /** RFC 7636: a secret of 256 random bits, as §4.1 recommends, and its S256 challenge. */
    record CodeVerifier(Secret value) {

        static CodeVerifier random() {
            return new CodeVerifier(Secret.of(Base64Url.encode(ByteUtil.randomBytes(32))));
        }

        String challenge() {
            var sha256 = HashUtil.getMessageDigest(HashUtil.SHA_256);
            return Base64Url.encode(sha256.digest(value.reveal().getBytes(StandardCharsets.US_ASCII)));
        }
    }

    /** An authorization endpoint with parameters; one that has a query already keeps it (RFC 6749 §3.1). */
    static final class AuthorizeUrl {

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
}
