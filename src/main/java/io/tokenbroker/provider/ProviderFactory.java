package io.tokenbroker.provider;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.fusionauth.IdentityProvider;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.Discovery;
import io.tokenbroker.tenant.Discovery.Endpoints;
import io.tokenbroker.tenant.EntraV1;
import io.tokenbroker.tenant.TokenEndpoint;
import io.tokenbroker.tenant.TokenEndpoint.ClientAuthentication;
import io.tokenbroker.upstream.EgressPolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
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

    private final EgressPolicy egress;

    /** What each issuer last said: it stays good while the issuer is away, whatever else changes in FusionAuth. */
    private final Cache<URI, Endpoints> discovered =
            Caffeine.newBuilder().maximumSize(10_000).build();

    private final Map<UUID, BrokerSettings.Provider> overrides;

    ProviderFactory(Discovery discovery, EgressPolicy egress, BrokerSettings settings) {
        this.discovery = discovery;
        this.egress = egress;
        this.overrides = settings.providers().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(entry -> uuid(entry.getKey()), Map.Entry::getValue));
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
                false,
                given.issuer(),
                given.authorizationEndpoint(),
                given.tokenEndpoint(),
                given.clientId(),
                given.clientSecret().map(Secret::of),
                given.clientAuthentication().orElse("client_secret_basic"),
                "");
        var isByEndpoints = given.tokenEndpoint().isPresent();
        var endpoints = isByEndpoints
                ? explicit(provider)
                : given.issuer().map(this::discover).orElseGet(() -> explicit(provider));
        return make(provider, endpoints, POSSIBLE_IDENTITY_CLAIMS);
    }

    private Usability make(IdentityProvider provider, Discovery.Result discovered, Set<String> identityClaims) {
        if (provider.clientId().isEmpty()) {
            return new Usability.Unusable("it has no client id");
        }
        return switch (discovered) {
            case Discovery.Unusable(var reason) -> new Usability.Unusable(reason);
            case Endpoints endpoints ->
                objection(endpoints)
                        .<Usability>map(Usability.Unusable::new)
                        .orElseGet(() -> make(provider, endpoints, identityClaims));
        };
    }

    /** Why no code, secret or refresh token may go to these endpoints, whoever named them. */
    private Optional<String> objection(Endpoints endpoints) {
        if (EntraV1.isTokenEndpoint(endpoints.token())) {
            return Optional.of(
                    "its token endpoint is of Entra's v1; use those of v2.0, which end in /oauth2/v2.0/token");
        }
        return egress.objection(endpoints.token())
                .map("its token endpoint %s"::formatted)
                .or(() -> egress.objection(endpoints.authorization()).map("its authorization endpoint %s"::formatted));
    }

    private Usability make(IdentityProvider provider, Endpoints endpoints, Set<String> identityClaims) {
        var method =
                ClientAuthentication.valueOf(provider.clientAuthentication().toUpperCase(Locale.ROOT));
        if (method != ClientAuthentication.NONE && provider.clientSecret().isEmpty()) {
            return new Usability.Unusable("it has no client secret");
        }
        var tokenEndpoint =
                new TokenEndpoint(endpoints.token(), provider.clientId().get(), provider.clientSecret(), method);
        var tenant = tokenEndpoint.entraTenant();
        if (tenant.filter(NO_TENANT::contains).isPresent()) {
            return new Usability.Unusable(
                    "its endpoint is /%s, which names no tenant; use the tenant's own".formatted(tenant.get()));
        }
        var override = Optional.ofNullable(overrides.get(provider.id()));
        return new Usability.Usable(new Provider(
                provider.id(),
                override.flatMap(BrokerSettings.Provider::name).orElse(provider.name()),
                Optional.of(endpoints.issuer()).filter(issuer -> !issuer.isEmpty()),
                endpoints.authorization(),
                tokenEndpoint,
                override.flatMap(BrokerSettings.Provider::rotation)
                        .orElse(tokenEndpoint.isEntra() ? Rotation.REUSABLE : Rotation.SINGLE_USE),
                override.flatMap(BrokerSettings.Provider::defaultResource),
                identityClaims));
    }

    private Discovery.Result discover(URI issuer) {
        var result = discovery.of(issuer);
        if (result instanceof Endpoints endpoints) {
            discovered.put(issuer, endpoints);
        }
        return Optional.<Discovery.Result>ofNullable(discovered.getIfPresent(issuer))
                .orElse(result);
    }

    /** The endpoints as given, without discovery. */
    private static Discovery.Result explicit(IdentityProvider provider) {
        var issuer = provider.issuer().map(URI::toString).orElse("");
        return provider.authorizationEndpoint()
                .flatMap(authorization -> provider.tokenEndpoint()
                        .<Discovery.Result>map(token -> new Endpoints(issuer, authorization, token)))
                .orElse(new Discovery.Unusable(
                        "it has neither an issuer nor both an authorization and a token endpoint"));
    }

    /** An environment variable's name cannot hold the dashes of an id; what it is read as has dots instead. */
    private static UUID uuid(String key) {
        return UUID.fromString(key.replaceAll("[_.]", "-"));
    }

    /** Whether a provider can work. */
    sealed interface Usability {

        record Usable(Provider provider) implements Usability {}

        /** @param reason completes the sentence "It is left out because …" */
        record Unusable(String reason) implements Usability {}
    }
}
