package io.tokenbroker.start;

import io.tokenbroker.account.AccountView;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ClaimsRequest;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Provider.Scopes;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.tenant.Entra.MicrosoftGraph;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
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

    /**
     * Why a person is sent to the provider: to sign in (FusionAuth redeems the code), or at Entra to consent (no code is used).
     *
     * @param account the account to authorize again, or to consent for; empty for a new one
     * @param scopes what is asked for besides OpenID's
     */
    record Purpose(Optional<AccountView> account, boolean asksConsentOnly, List<String> scopes) {

        Purpose {
            scopes = List.copyOf(scopes);
        }

        /** FusionAuth calls userinfo with the token of a sign-in, and Entra's userinfo takes tokens of Graph only. */
        static Purpose of(Provider provider, Optional<AccountView> account, List<String> scopes) {
            if (!provider.isEntra() || areOfGraph(provider, scopes)) {
                return new Purpose(account, false, scopes);
            }
            if (account.isEmpty()) {
                throw new BrokerException(
                        ProblemType.INVALID_SCOPE,
                        "At this provider an account is connected with OpenID and Microsoft Graph scopes only. Leave other resources out; consent to them is asked later, with account_id.");
            }
            if (!account.get().works()) {
                // Consent is of no use before a sign-in; it is asked after that.
                return new Purpose(
                        account,
                        false,
                        scopes.stream()
                                .filter(scope -> isOfGraph(provider, scope))
                                .toList());
            }
            // Consent is tried by one mint, which takes one resource.
            var _ = Scopes.resourceOf(provider, scopes);
            return new Purpose(account, true, scopes);
        }

        /** The scopes of a consent; empty for a sign-in. */
        List<String> consentTo() {
            return asksConsentOnly ? scopes : List.of();
        }

        /**
         * The sign-in name for a consent: it counts only if the right person gives it, and the broker cannot check who did.
         * Entra's sign-in names look like addresses.
         */
        Optional<String> loginHint() {
            return account.filter(known -> asksConsentOnly)
                    .map(AccountView::displayName)
                    .filter(name -> name.contains("@") && name.length() <= AuthorizationRequest.LONGEST_HINT);
        }

        private static boolean areOfGraph(Provider provider, List<String> scopes) {
            return scopes.stream().allMatch(scope -> isOfGraph(provider, scope));
        }

        private static boolean isOfGraph(Provider provider, String scope) {
            return MicrosoftGraph.is(Scopes.resourceOf(provider, scope));
        }
    }
}
