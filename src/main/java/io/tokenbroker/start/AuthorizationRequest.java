package io.tokenbroker.start;

import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.Claims;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The body of start. */
@Schema(name = "AuthorizationRequest")
record AuthorizationRequest(
        @Schema(
                description = "An id of GET /providers.",
                required = true,
                examples = "c0270500-0000-4000-8000-000000000001")
        String providerId,

        @Schema(
                description = "Where the provider sends the browser back to; to the letter one of the configured ones.",
                required = true,
                examples = "https://app.example/callback")
        String redirectUri,

        @Schema(description = "Which account the provider should offer first.", examples = "b@contoso.com") @Nullable
        String loginHint,

        @Schema(
                description =
                        "What the provider shows: login, consent, select_account or none. Where consent is asked for an account whose sign-in name is known, the default is the provider's own.",
                defaultValue = "select_account",
                examples = "select_account")
        @Nullable
        String prompt,

        @Schema(
                description =
                        "More scopes to consent to, besides openid profile email offline_access. At Entra: OpenID or Graph scopes; or, with account_id, those of one other resource, for which the person is asked to consent.",
                examples = "[\"User.Read\"]")
        List<String> scopes,

        @Schema(
                description = "A claims request (OpenID Connect Core §5.5), a JSON object as text.",
                examples = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}")
        @Nullable
        String claims,

        @Schema(
                description =
                        "The account to authorize again, where another identity coming back is refused; or to consent for.",
                examples = "acc_wv3Tg1q5TFCnq2LqRrd4b2Itc3Vi")
        @Nullable
        String accountId) {

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
        Claims.check(claims);
        scopes = scopes == null ? List.of() : checked(scopes);
    }

    private static List<String> checked(List<String> scopes) {
        if (scopes.size() > 50
                || !scopes.stream()
                        .allMatch(scope -> scope != null && SCOPE.matcher(scope).matches())) {
            throw BrokerException.invalidField("scopes", "must be up to 50 scopes without spaces");
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
}
