package io.tokenbroker.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tokenbroker.doctor.ProbeHttp.Answer;
import io.tokenbroker.tenant.Discovery;
import io.tokenbroker.tenant.Discovery.Endpoints;
import io.tokenbroker.tenant.Entra.EntraV1;
import io.tokenbroker.tenant.TokenEndpoint;
import io.tokenbroker.tenant.TokenEndpoint.ClientAuthentication;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Where a provider's endpoints are, whether they answer, and whether the token endpoint refuses us. */
final class ProviderEndpoints {

    private static final Set<String> CLIENT_REFUSED = Set.of("invalid_client", "unauthorized_client");

    private final FoundProvider provider;
    private final ProbeHttp http;
    private final List<Finding> findings = new ArrayList<>();

    ProviderEndpoints(FoundProvider provider, ProbeHttp http) {
        this.provider = provider;
        this.http = http;
    }

    List<Finding> findings() {
        var result = discovered();
        switch (result) {
            case Discovery.Unusable(var reason) -> findings.add(provider.fault(Check.PROVIDER_DISCOVERY, reason));
            case Endpoints found -> endpoints(found);
        }
        return findings;
    }

    private Discovery.Result discovered() {
        if (provider.issuer().isEmpty()) {
            return provider.authorizationEndpoint()
                    .flatMap(authorization -> provider.tokenEndpoint()
                            .<Discovery.Result>map(token -> new Endpoints("", authorization, token)))
                    .orElse(new Discovery.Unusable("it has neither an issuer nor both endpoints"));
        }
        var issuer = provider.issuer().get();
        if (EntraV1.isIssuer(issuer)) {
            return new Discovery.Unusable("its issuer is that of Entra's v1 endpoints");
        }
        var objection = http.objection(issuer);
        if (objection.isPresent()) {
            return new Discovery.Unusable("its issuer " + objection.get());
        }
        var answer = http.get(URI.create(Discovery.document(issuer)), Map.of());
        return answer.isMissing()
                ? new Discovery.Unusable("its issuer " + answer.why())
                : Discovery.result(issuer, answer.status(), answer.location(), answer.json());
    }

    private void endpoints(Endpoints found) {
        var objection = http.objection(found.token())
                .map("its token endpoint %s"::formatted)
                .or(() -> http.objection(found.authorization()).map("its authorization endpoint %s"::formatted));
        var client = new TokenEndpoint(
                found.token(),
                provider.clientId().orElse(""),
                provider.clientSecret(),
                provider.authentication().orElse(ClientAuthentication.CLIENT_SECRET_BASIC));
        if (EntraV1.isTokenEndpoint(found.token())) {
            findings.add(provider.leftOut("its token endpoint is of Entra's v1"));
        } else if (client.anyTenant().isPresent()) {
            findings.add(provider.leftOut("its endpoint is /%s, which names no tenant"
                    .formatted(client.anyTenant().get())));
        } else if (objection.isPresent()) {
            findings.add(provider.fault(Check.PROVIDER_ENDPOINTS, objection.get()));
        } else {
            findings.add(provider.ok(Check.PROVIDER_USE, "on"));
            findings.add(provider.ok(
                    Check.PROVIDER_DISCOVERY,
                    provider.issuer().map(URI::toString).orElse("the endpoints are given")));
            ask(found, client);
        }
    }

    private void ask(Endpoints found, TokenEndpoint client) {
        var isWhole = !client.clientId().isEmpty()
                && provider.authentication().isPresent()
                && (client.authentication() == ClientAuthentication.NONE
                        || client.clientSecret().isPresent());
        var answers = Beside.<Answer>each(List.of(
                () -> http.get(found.authorization(), Map.of()),
                () -> isWhole ? refresh(client) : http.get(found.token(), Map.of())));
        var authorization = answers.getFirst();
        var token = answers.getLast();
        findings.add(reached("authorization endpoint", authorization)
                .or(() -> reached("token endpoint", token))
                .map(why -> provider.fault(Check.PROVIDER_ENDPOINTS, why))
                .orElseGet(() -> provider.ok(Check.PROVIDER_ENDPOINTS, "both answer")));
        if (!isWhole) {
            findings.add(
                    provider.fault(Check.PROVIDER_CLIENT, "its client id, its secret or a method we know is missing"));
        } else if (!token.isMissing() && token.status() < 500) {
            findings.add(client(token));
        }
    }

    private static Optional<String> reached(String name, Answer answer) {
        if (answer.isMissing()) {
            return Optional.of("its %s %s".formatted(name, answer.why()));
        }
        return answer.status() >= 500
                ? Optional.of("its %s answers %d".formatted(name, answer.status()))
                : Optional.empty();
    }

    /** With a refresh token that is none. */
    private Answer refresh(TokenEndpoint client) {
        var form = new LinkedHashMap<>(client.clientForm());
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", "doctor-" + UUID.randomUUID());
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", "application/x-www-form-urlencoded");
        headers.put("Accept", "application/json");
        client.basicAuthorization().ifPresent(basic -> headers.put("Authorization", basic));
        var body = form.entrySet().stream()
                .map(one -> one.getKey() + "=" + URLEncoder.encode(one.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        return http.send(HttpRequest.newBuilder(client.uri()).POST(HttpRequest.BodyPublishers.ofString(body)), headers);
    }

    /** RFC 6749 §5.2 does not say what is looked at first: one that refuses the refresh token has not refused the client. */
    private Finding client(Answer answer) {
        var error = answer.json().path("error").asText("");
        var codes = StreamSupport.stream(answer.json().path("error_codes").spliterator(), false)
                .map(code -> "AADSTS" + code.asInt())
                .collect(Collectors.joining(", "));
        if (answer.status() == 401 || CLIENT_REFUSED.contains(error)) {
            return provider.fault(Check.PROVIDER_CLIENT, ("the provider refuses the client " + codes).strip());
        }
        return error.equals("invalid_grant")
                ? provider.ok(Check.PROVIDER_CLIENT, "the provider does not refuse the client")
                : provider.warning(
                        Check.PROVIDER_CLIENT,
                        "cannot be told: the provider answers %d to a refresh token that is none"
                                .formatted(answer.status()));
    }
}
