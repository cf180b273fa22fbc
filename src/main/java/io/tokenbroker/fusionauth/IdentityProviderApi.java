package io.tokenbroker.fusionauth;

import io.fusionauth.domain.provider.BaseIdentityProvider;
import io.fusionauth.domain.provider.IdentityProviderLinkingStrategy;
import io.fusionauth.domain.provider.IdentityProviderType;
import io.fusionauth.domain.provider.OpenIdConnectIdentityProvider;
import io.tokenbroker.fusionauth.IdentityProviderApi.IdentityProvider.Linking;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The identity providers that FusionAuth knows ({@code /api/identity-provider}). Blocks. */
@ApplicationScoped
public class IdentityProviderApi {

    /** Metrics count it apart: the key need not have this right where the settings give the providers. */
    private static final String OPERATION = "providers";

    private final FusionAuthCalls calls;
    private final UUID applicationId;

    IdentityProviderApi(FusionAuthCalls calls, BrokerSettings settings) {
        this.calls = calls;
        this.applicationId = settings.fusionauth().applicationId();
    }

    /** All of type OpenID Connect, usable or not. */
    public List<IdentityProvider> openIdConnect() {
        List<BaseIdentityProvider<?>> found = calls.read(
                        OPERATION,
                        "identity providers",
                        "GET /api/identity-provider",
                        Set.of(404),
                        api -> api.retrieveIdentityProviderByType(IdentityProviderType.OpenIDConnect))
                .map(body -> body.identityProviders)
                .orElse(List.of());
        return found.stream()
                .filter(OpenIdConnectIdentityProvider.class::isInstance)
                .map(OpenIdConnectIdentityProvider.class::cast)
                .map(this::toIdentityProvider)
                .toList();
    }

    private IdentityProvider toIdentityProvider(OpenIdConnectIdentityProvider provider) {
        var oauth2 = provider.oauth2;
        return new IdentityProvider(
                provider.id,
                Optional.ofNullable(provider.name).orElse(""),
                provider.enabled,
                provider.isEnabledForApplicationId(applicationId),
                linking(provider.linkingStrategy),
                uri(oauth2.issuer),
                uri(oauth2.authorization_endpoint),
                uri(oauth2.token_endpoint),
                text(provider.lookupClientId(applicationId)),
                text(provider.lookupClientSecret(applicationId)).map(Secret::of),
                Optional.ofNullable(oauth2.clientAuthenticationMethod)
                        .map(Enum::name)
                        .orElse("client_secret_basic"),
                text(oauth2.uniqueIdClaim).orElse("sub"));
    }

    private static Linking linking(@Nullable IdentityProviderLinkingStrategy strategy) {
        return switch (strategy) {
            case CreatePendingLink -> Linking.PENDING;
            case Disabled, Unsupported -> Linking.DISABLED;
            // Absent in old versions, which then link by e-mail.
            case null, default -> Linking.BY_NAME;
        };
    }

    private static Optional<URI> uri(@Nullable URI value) {
        return Optional.ofNullable(value).filter(given -> !given.toString().isBlank());
    }

    private static Optional<String> text(@Nullable String value) {
        return Optional.ofNullable(value).filter(given -> !given.isBlank());
    }

    /**
     * An OpenID Connect identity provider as FusionAuth has it, with the application's own client id and secret where it
     * overrides them.
     *
     * @param clientAuthentication {@code client_secret_basic}, {@code client_secret_post} or {@code none}
     * @param uniqueIdClaim the claim that a link's identity is taken from
     */
    public record IdentityProvider(
            UUID id,
            String name,
            boolean enabled,
            boolean enabledForApplication,
            Linking linking,
            Optional<URI> issuer,
            Optional<URI> authorizationEndpoint,
            Optional<URI> tokenEndpoint,
            Optional<String> clientId,
            Optional<Secret> clientSecret,
            String clientAuthentication,
            String uniqueIdClaim) {

        /** What FusionAuth does with an identity that is not linked yet. */
        public enum Linking {
            /** The broker is asked, and the person. */
            PENDING,
            /** It goes to the user of the same e-mail or user name, or to a new one. */
            BY_NAME,
            DISABLED
        }

        /** Why no account of it may be used, if so; completes the sentence "It is left out because …". */
        public Optional<String> whyOff() {
            if (!enabled) {
                return Optional.of("it is disabled in FusionAuth");
            }
            if (!enabledForApplication) {
                return Optional.of("it is not enabled for the application in FusionAuth");
            }
            return linking == Linking.DISABLED
                    ? Optional.of("its linking strategy in FusionAuth is Disabled")
                    : Optional.empty();
        }
    }
}
