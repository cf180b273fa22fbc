package io.tokenbroker.provider;

import io.tokenbroker.fusionauth.IdentityProviderApi.IdentityProvider;
import io.tokenbroker.provider.ProviderFactory.Usability.Made;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.ProviderSettings;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import io.tokenbroker.settings.SecretsRotated;
import io.tokenbroker.tenant.Discovery;
import io.tokenbroker.tenant.Discovery.Endpoints;
import io.tokenbroker.tenant.Entra.EntraV1;
import io.tokenbroker.tenant.TokenEndpoint;
import io.tokenbroker.tenant.TokenEndpoint.ClientAuthentication;
import io.tokenbroker.upstream.EgressPolicy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes a {@link Provider} of what FusionAuth or the settings say, or tells why it cannot work. Blocks on discovery. */
@ApplicationScoped
class ProviderFactory {

    /** What FusionAuth may have been told to take the identity from; the settings do not say which. */
    private static final Set<String> POSSIBLE_IDENTITY_CLAIMS =
            Set.of("sub", "oid", "email", "preferred_username", "upn");

    private static final int AT_ONCE = 16;

    private final Discovery discovery;
    private final EgressPolicy egress;
    private volatile Map<UUID, ProviderSettings> overrides;

    ProviderFactory(Discovery discovery, EgressPolicy egress, BrokerSettings settings) {
        this.discovery = discovery;
        this.egress = egress;
        this.overrides = ProviderSettings.byId(settings.providers());
    }

    void rotate(@Observes SecretsRotated secrets) {
        overrides = ProviderSettings.byId(secrets.settings().providers());
    }

    private static boolean isGivenInFull(ProviderSettings provider) {
        return provider.clientId().isPresent()
                && (provider.issuer().isPresent()
                        || (provider.authorizationEndpoint().isPresent()
                                && provider.tokenEndpoint().isPresent()));
    }

    /** Whether the settings give a provider in full, so that there is one without FusionAuth too. */
    boolean givesSomeInFull() {
        return overrides.values().stream().anyMatch(ProviderFactory::isGivenInFull);
    }

    /** What there is of these providers of FusionAuth and of those that the settings give in full. */
    List<Made> makeAll(List<IdentityProvider> listed) {
        var known = listed.stream()
                .collect(Collectors.toMap(IdentityProvider::id, Function.identity(), (first, same) -> first));
        var given = overrides.entrySet().stream()
                .filter(entry -> isGivenInFull(entry.getValue()))
                .map(entry -> making(entry.getKey(), entry.getValue(), Optional.ofNullable(known.get(entry.getKey()))));
        var others = known.values().stream()
                .filter(provider -> !isGivenInFull(provider.id()))
                .<Supplier<Made>>map(provider -> () -> new Made(provider.id(), provider.name(), make(provider)));
        return atOnce(Stream.concat(given, others));
    }

    /** FusionAuth cannot tell more of a provider that is given in full, but that it is switched off there. */
    private Supplier<Made> making(UUID id, ProviderSettings given, Optional<IdentityProvider> inFusionAuth) {
        return () -> new Made(
                id,
                given.name().orElse(""),
                inFusionAuth
                        .flatMap(IdentityProvider::whyOff)
                        .<Usability>map(Usability.Unusable::new)
                        .orElseGet(() -> make(id, given)));
    }

    /** Some at a time: each may have to wait for its issuer. */
    private static List<Made> atOnce(Stream<Supplier<Made>> makings) {
        try (var threads =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            var begun = makings.map(making -> CompletableFuture.supplyAsync(making, threads))
                    .toList();
            return begun.stream().map(CompletableFuture::join).toList();
        }
    }

    private boolean isGivenInFull(UUID id) {
        return Optional.ofNullable(overrides.get(id))
                .filter(ProviderFactory::isGivenInFull)
                .isPresent();
    }

    /** A provider as FusionAuth has it. */
    private Usability make(IdentityProvider provider) {
        var off = provider.whyOff();
        if (off.isPresent()) {
            return new Usability.Unusable(off.get());
        }
        // FusionAuth ignores stored endpoints when there is an issuer, and so must we: the code is redeemed there.
        var endpoints = provider.issuer().map(discovery::of).orElseGet(() -> explicit(provider));
        return make(provider, endpoints, Set.of(provider.uniqueIdClaim()));
    }

    /** A provider that the settings give in full. */
    private Usability make(UUID id, ProviderSettings given) {
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
        var isByEndpoints = given.tokenEndpoint().isPresent();
        var endpoints = isByEndpoints
                ? explicit(provider)
                : given.issuer().map(discovery::of).orElseGet(() -> explicit(provider));
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

    /** Why the broker sends no code, secret or refresh token to these endpoints. Holds for every source of endpoints. */
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
        var anyTenant = tokenEndpoint.anyTenant();
        if (anyTenant.isPresent()) {
            return new Usability.Unusable(
                    "its endpoint is /%s, which names no tenant; use the tenant's own".formatted(anyTenant.get()));
        }
        var override = Optional.ofNullable(overrides.get(provider.id()));
        return new Usability.Usable(new Provider(
                provider.id(),
                override.flatMap(ProviderSettings::name).orElse(provider.name()),
                Optional.of(endpoints.issuer()).filter(issuer -> !issuer.isEmpty()),
                endpoints.promisesIssuer(),
                endpoints.authorization(),
                tokenEndpoint,
                override.flatMap(ProviderSettings::rotation)
                        .orElse(tokenEndpoint.isEntra() ? Rotation.REUSABLE : Rotation.SINGLE_USE),
                override.flatMap(ProviderSettings::defaultLifetime).orElse(Provider.DEFAULT_LIFETIME),
                override.flatMap(ProviderSettings::defaultResource),
                identityClaims));
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

    /** Whether a provider can work. */
    sealed interface Usability {

        record Usable(Provider provider) implements Usability {}

        /** @param reason completes the sentence "It is left out because …" */
        record Unusable(String reason) implements Usability {}

        /** What became of one provider that FusionAuth or the settings name. */
        record Made(UUID id, String name, Usability usability) {}
    }
}
