package io.tokenbroker.start;

import io.tokenbroker.account.AccountView;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ClaimsRequest;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Provider.Scopes;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.seal.Sealer;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.ProviderSettings;
import io.tokenbroker.start.AuthorizationRequest.AuthorizeUrl;
import io.tokenbroker.start.AuthorizationRequest.CodeVerifier;
import io.tokenbroker.start.AuthorizationRequest.Purpose;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the authorization request (RFC 6749 §4.1.1, RFC 7636, OpenID Connect Core §3.1.2.1). Blocks. */
@ApplicationScoped
class StartService {

    private final Providers providers;
    private final Accounts accounts;
    private final SignInDemands demands;
    private final Sealer sealer;
    private final BrokerSettings.Authorization settings;
    private final Clock clock;

    StartService(
            Providers providers,
            Accounts accounts,
            SignInDemands demands,
            Sealer sealer,
            BrokerSettings settings,
            Clock clock) {
        this.providers = providers;
        this.accounts = accounts;
        this.demands = demands;
        this.sealer = sealer;
        this.settings = settings.authorization();
        this.clock = clock;
    }

    AuthorizationStarted start(Caller.User user, AuthorizationRequest request) {
        var provider = provider(request.providerId());
        requireAllowed(request.redirectUri());
        var account = Optional.ofNullable(request.accountId()).map(id -> ownAccount(user, provider, id));
        var purpose = Purpose.of(provider, account, request.scopes());

        var verifier = settings.pkce() ? CodeVerifier.random() : null;
        var expiresAt = clock.instant().plus(settings.stateLifetime());
        var state = sealer.seal(
                AuthorizationState.PURPOSE,
                new AuthorizationState(
                        UUID.randomUUID(),
                        user.id(),
                        provider.id(),
                        provider.issuer().orElse(null),
                        provider.promisesIssuer(),
                        request.redirectUri(),
                        // A consent code is never redeemed, so its verifier is not kept.
                        verifier == null || purpose.asksConsentOnly()
                                ? null
                                : verifier.value().reveal(),
                        purpose.account().map(AccountView::id).orElse(null),
                        purpose.consentTo(),
                        expiresAt));
        return new AuthorizationStarted(state, authorizeUrl(provider, purpose, request, state, verifier), expiresAt);
    }

    private String authorizeUrl(
            Provider provider,
            Purpose purpose,
            AuthorizationRequest request,
            String state,
            @Nullable CodeVerifier verifier) {
        var url = new AuthorizeUrl(provider.authorizationEndpoint())
                .with("response_type", "code")
                .with("client_id", provider.tokenEndpoint().clientId())
                .with("redirect_uri", request.redirectUri())
                .with("scope", scope(purpose.scopes()))
                .with("state", state)
                .with("nonce", UUID.randomUUID().toString())
                .with("prompt", prompt(purpose, request))
                .with("login_hint", loginHint(purpose, request))
                .with("claims", demands.claims(provider.id(), request.claims()))
                .with("acr_values", demands.acrValues(provider.id()));
        if (verifier != null) {
            url.with("code_challenge", verifier.challenge()).with("code_challenge_method", "S256");
        }
        return url.toString();
    }

    private Provider provider(String id) {
        return parse(id)
                .flatMap(providers::find)
                .orElseThrow(
                        () -> new BrokerException(
                                ProblemType.PROVIDER_NOT_FOUND,
                                "No usable provider has this id. GET /providers lists them; the broker's readiness report says what is wrong with others."));
    }

    private void requireAllowed(String redirectUri) {
        if (!settings.redirectUris().contains(redirectUri)) {
            throw new BrokerException(
                    ProblemType.REDIRECT_URI_NOT_ALLOWED,
                    "The redirect_uri is not, to the letter, one of those configured. The broker's operator can add it: broker.authorization.redirect-uris.");
        }
    }

    private AccountView ownAccount(Caller.User user, Provider provider, String id) {
        var account = accounts.get(user.id(), AccountId.parse(id).orElseThrow(Accounts::notFound));
        if (!account.provider().id().equals(provider.id())) {
            throw BrokerException.invalidField("account_id", "must be an account of the provider");
        }
        return account;
    }

    /** A person known by a hint need not be picked, and Entra takes one or the other. */
    private static @Nullable String prompt(Purpose purpose, AuthorizationRequest request) {
        var hinted = purpose.asksConsentOnly() && loginHint(purpose, request) != null;
        return request.prompt() != null || hinted ? request.prompt() : "select_account";
    }

    private static @Nullable String loginHint(Purpose purpose, AuthorizationRequest request) {
        return request.loginHint() != null
                ? request.loginHint()
                : purpose.loginHint().orElse(null);
    }

    /** Without offline_access there is no refresh token, and FusionAuth would clear one it has. */
    private static String scope(List<String> more) {
        return String.join(
                " ",
                Stream.concat(Scopes.ALL_OF_OPENID.stream(), more.stream())
                        .distinct()
                        .toList());
    }

    private static Optional<UUID> parse(String id) {
        try {
            return Optional.of(UUID.fromString(id));
        } catch (IllegalArgumentException notAnId) {
            return Optional.empty();
        }
    }

    record AuthorizationStarted(String state, String authorizeUrl, Instant expiresAt) {

        /** Without the state, which the URL has too. */
        @Override
        public String toString() {
            return "AuthorizationStarted[expiresAt=%s]".formatted(expiresAt);
        }
    }

    /** What the settings ask of every sign-in at a provider, such as a second factor, beside what the caller asks of this one. */
    @Singleton
    static class SignInDemands {

        private final Map<UUID, ProviderSettings.Linking> demands;

        SignInDemands(BrokerSettings settings) {
            demands = settings.providers().entrySet().stream()
                    .collect(Collectors.toUnmodifiableMap(
                            entry -> ProviderSettings.id(entry.getKey()),
                            entry -> entry.getValue().linking()));
        }

        /** The caller's come from a refusal, which says what would do now: where both ask for one claim, the caller's count. */
        @Nullable
        String claims(UUID provider, @Nullable String asked) {
            var demanded = of(provider).flatMap(ProviderSettings.Linking::claims);
            return asked == null
                    ? demanded.orElse(null)
                    : demanded.map(claims -> ClaimsRequest.merged(claims, asked))
                            .orElse(asked);
        }

        @Nullable
        String acrValues(UUID provider) {
            return of(provider).flatMap(ProviderSettings.Linking::acrValues).orElse(null);
        }

        private Optional<ProviderSettings.Linking> of(UUID provider) {
            return Optional.ofNullable(demands.get(provider));
        }
    }
}
