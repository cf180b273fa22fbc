package io.tokenbroker.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.ProviderSettings;
import io.tokenbroker.tenant.TokenEndpoint.ClientAuthentication;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A provider as the broker would use it.
 *
 * @param json what FusionAuth says of it; missing if it is given in full and FusionAuth does not tell
 * @param application its settings for our application
 */
record FoundProvider(
        UUID id,
        String name,
        JsonNode json,
        JsonNode application,
        Optional<URI> issuer,
        Optional<URI> authorizationEndpoint,
        Optional<URI> tokenEndpoint,
        Optional<String> clientId,
        Optional<Secret> clientSecret,
        Optional<ClientAuthentication> authentication) {

    static FoundProvider in(JsonNode json, UUID id, BrokerSettings settings) {
        var application = json.path("applicationConfiguration")
                .path(settings.fusionauth().applicationId().toString());
        var oauth2 = json.path("oauth2");
        var name = Optional.ofNullable(settings.providers().get(id.toString())).flatMap(ProviderSettings::name);
        return new FoundProvider(
                id,
                name.orElseGet(() -> json.path("name").asText(id.toString())),
                json,
                application,
                uri(oauth2, "issuer"),
                uri(oauth2, "authorization_endpoint"),
                uri(oauth2, "token_endpoint"),
                either(application.path("oauth2"), oauth2, "client_id"),
                either(application.path("oauth2"), oauth2, "client_secret").map(Secret::of),
                authentication(text(oauth2, "clientAuthenticationMethod")));
    }

    static FoundProvider given(ProviderSettings given, UUID id, Optional<FoundProvider> known) {
        return new FoundProvider(
                id,
                given.name().orElse(id.toString()),
                known.map(FoundProvider::json).orElse(MissingNode.getInstance()),
                known.map(FoundProvider::application).orElse(MissingNode.getInstance()),
                given.tokenEndpoint().isPresent() ? Optional.empty() : given.issuer(),
                given.authorizationEndpoint(),
                given.tokenEndpoint(),
                given.clientId(),
                given.clientSecret().map(Secret::of),
                authentication(given.clientAuthentication()));
    }

    /** The application's own, else the provider's. */
    String scope() {
        return either(application.path("oauth2"), json.path("oauth2"), "scope").orElse("");
    }

    Finding ok(Check check, String found) {
        return Finding.ok(check, name, found);
    }

    Finding warning(Check check, String found) {
        return Finding.warning(check, name, found);
    }

    Finding fault(Check check, String found) {
        return Finding.fault(check, name, found);
    }

    /** As the broker leaves it out, too. */
    Finding leftOut(String reason) {
        return warning(Check.PROVIDER_USE, "left out: " + reason);
    }

    /** Without what FusionAuth says of it, which has the client's secret. */
    @Override
    public String toString() {
        return "FoundProvider[%s]".formatted(id);
    }

    private static Optional<ClientAuthentication> authentication(Optional<String> method) {
        var name = method.orElse("client_secret_basic").toUpperCase(Locale.ROOT);
        return Stream.of(ClientAuthentication.values())
                .filter(known -> known.name().equals(name))
                .findFirst();
    }

    private static Optional<String> either(JsonNode first, JsonNode second, String member) {
        return text(first, member).or(() -> text(second, member));
    }

    private static Optional<String> text(JsonNode json, String member) {
        return Optional.of(json.path(member).asText("")).filter(text -> !text.isBlank());
    }

    private static Optional<URI> uri(JsonNode json, String member) {
        try {
            return text(json, member).map(URI::create);
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
