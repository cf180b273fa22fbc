package io.tokenbroker.provider;

import io.tokenbroker.fusionauth.IdentityProvider;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.Discovery;
import io.tokenbroker.tenant.Discovery.Endpoints;
import io.tokenbroker.tenant.TokenEndpoint;
import io.tokenbroker.tenant.TokenEndpoint.ClientAuthentication;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Makes a {@link Provider} of what FusionAuth or the settings say, or tells why it cannot work. Blocks on discovery. */
@ApplicationScoped
class ProviderFactory {

    /** Tenant segments that take people of any tenant: a guest's refresh there gives a token of another tenant. */
    private static final Set<String> NO_TENANT = Set.of("common", "organizations");

    /** What FusionAuth may have been told to take the identity from; the settings do not say which. */
    private static final Set<String> POSSIBLE_IDENTITY_CLAIMS =
            Set.of("sub", "oid", "email", "preferred_username", "upn");

    private final Discovery discovery;

    /** What each issuer last said: it stays good while the issuer is away, whatever else changes in FusionAuth. */
    private final Map<URI, Endpoints> discovered = new ConcurrentHashMap<>();

    private final Map<UUID, BrokerSettings.Provider> overrides;

    ProviderFactory(Discovery discovery, BrokerSettings settings) {
        this.discovery = discovery;
        this.overrides = settings.providers().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        entry -> BrokerSettings.Provider.id(entry.getKey()), Map.Entry::getValue));
    }

    /** Whether the settings give this provider in full, so that FusionAuth need not be asked. */
    static boolean isGivenInFull(BrokerSettings.Provider provider) {
        return provider.clientId().isPresent()
                && (provider.issuer().isPresent()
                        || (provider.authorizationEndpoint().isPresent()
                                && provider.tokenEndpoint().isPresent()));
    }

    /** The providers that the settings give in full. */
    Map<UUID, BrokerSettings.Provider> givenInFull() {
        return overrides.entrySet().stream()
                .filter(entry -> isGivenInFull(entry.getValue()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** A provider as FusionAuth has it. */
    Usability make(IdentityProvider provider) {
        if (!provider.enabled()) {
            return new Usability.Unusable("it is disabled in FusionAuth");
        }
        if (!provider.enabledForApplication()) {
            return new Usability.Unusable("it is not enabled for the application in FusionAuth");
        }
        if (provider.linkingDisabled()) {
            return new Usability.Unusable("its linking strategy in FusionAuth is Disabled");
        }
        // FusionAuth ignores stored endpoints when there is an issuer, and so must we: the code is redeemed there.
        var endpoints = provider.issuer().map(this::discover).orElseGet(() -> explicit(provider));
        return make(provider, endpoints, Set.of(provider.uniqueIdClaim()));
    }

    /** A provider that the settings give in full. */
    Usability make(UUID id, BrokerSettings.Provider given) {
        var provider = new IdentityProvider(
                id,
                given.name().orElse(id.toString()),
                true,
                true,
                IdentityProvider.Linking.PENDING,
                given.issuer(),
                given.authorizationEndpoint(),
                given.tokenEndpoint(),
                given.clientId(),
                given.clientSecret().map(Secret::of),
                given.clientAuthentication().orElse("client_secret_basic"),
                "");
        var endpoints = explicit(provider).or(() -> given.issuer().flatMap(this::discover));
        return make(provider, endpoints, POSSIBLE_IDENTITY_CLAIMS);
    }

    private Usability make(IdentityProvider provider, Optional<Endpoints> endpoints, Set<String> identityClaims) {
        if (provider.clientId().isEmpty()) {
            return new Usability.Unusable("it has no client id");
        }
        if (endpoints.isEmpty()) {
            return new Usability.Unusable(
                    provider.issuer().isPresent()
                            ? "its issuer's discovery document cannot be read"
                            : "it has neither an issuer nor both an authorization and a token endpoint");
        }
        var method =
                ClientAuthentication.valueOf(provider.clientAuthentication().toUpperCase(Locale.ROOT));
        if (method != ClientAuthentication.NONE && provider.clientSecret().isEmpty()) {
            return new Usability.Unusable("it has no client secret");
        }
        var tokenEndpoint =
                new TokenEndpoint(endpoints.get().token(), provider.clientId().get(), provider.clientSecret(), method);
        var tenant = tokenEndpoint.entraTenant();
        if (tenant.filter(NO_TENANT::contains).isPresent()) {
            return new Usability.Unusable(
                    "its endpoint is /%s, which names no tenant; use the tenant's own".formatted(tenant.get()));
        }
        var override = Optional.ofNullable(overrides.get(provider.id()));
        return new Usability.Usable(new Provider(
                provider.id(),
                override.flatMap(BrokerSettings.Provider::name).orElse(provider.name()),
                Optional.of(endpoints.get().issuer()).filter(issuer -> !issuer.isEmpty()),
                endpoints.get().promisesIssuer(),
                endpoints.get().authorization(),
                tokenEndpoint,
                override.flatMap(BrokerSettings.Provider::rotation)
                        .orElse(tokenEndpoint.isEntra() ? Rotation.REUSABLE : Rotation.SINGLE_USE),
                override.flatMap(BrokerSettings.Provider::defaultLifetime).orElse(Provider.DEFAULT_LIFETIME),
                override.flatMap(BrokerSettings.Provider::defaultResource),
                identityClaims));
    }

    private Optional<Endpoints> discover(URI issuer) {
        discovery.of(issuer).ifPresent(endpoints -> discovered.put(issuer, endpoints));
        return Optional.ofNullable(discovered.get(issuer));
    }

    /** The endpoints as given, without discovery. */
    private static Optional<Endpoints> explicit(IdentityProvider provider) {
        var issuer = provider.issuer().map(URI::toString).orElse("");
        return provider.authorizationEndpoint()
                .flatMap(authorization ->
                        provider.tokenEndpoint().map(token -> new Endpoints(issuer, authorization, token)));
    }

    /** Whether a provider can work. */
    sealed interface Usability {

        record Usable(Provider provider) implements Usability {}

        /** @param reason completes the sentence "It is left out because …" */
        record Unusable(String reason) implements Usability {}
    }
}
