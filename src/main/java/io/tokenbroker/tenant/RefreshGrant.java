package io.tokenbroker.tenant;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.problem.Upstream;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.TokenEndpoint.ClientAuthentication;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The refresh grant (RFC 6749 §6) at a provider's token endpoint, once. Blocks. */
@ApplicationScoped
public class RefreshGrant {

    private static final Pattern GUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** Longer than any access token lives; a number beyond it is no lifetime. */
    private static final Duration LONGEST_LIFE = Duration.ofDays(366);

    private final ProviderHttp http;
    private final Clock clock;

    RefreshGrant(ProviderHttp http, Clock clock) {
        this.http = http;
        this.clock = clock;
    }

    /** Sends the request once. */
    RefreshOutcome refresh(TokenEndpoint endpoint, Request request, Secret refreshToken) {
        try {
            var answer = http.send(provider -> provider.token(
                    endpoint.uri().toString(),
                    basic(endpoint),
                    UUID.randomUUID().toString(),
                    anchorMailbox(endpoint, request.identity()),
                    form(endpoint, request, refreshToken)));
            return answer.status() == 200
                    ? refreshed(answer.body())
                    : TenantErrors.classify(
                            answer.status(),
                            answer.body(),
                            answer.retryAfter().flatMap(field -> RetryAfter.parse(field, clock.instant())));
        } catch (IOException failed) {
            return new RefreshOutcome.Unavailable(outage(failed), Optional.empty(), Upstream.error(null));
        }
    }

    private static RefreshOutcome refreshed(JsonNode body) {
        var accessToken = body.path("access_token").asText("");
        if (accessToken.isEmpty()) {
            return TenantErrors.notUnderstood();
        }
        return new RefreshOutcome.Refreshed(
                Secret.of(accessToken),
                // Some send the number as text. A provider that sends none gets asked again soon.
                Duration.ofSeconds(Math.clamp(body.path("expires_in").asLong(60), 0, LONGEST_LIFE.toSeconds())),
                Optional.of(Duration.ofSeconds(body.path("refresh_in").asLong(0)))
                        .filter(Duration::isPositive),
                text(body, "scope"),
                text(body, "refresh_token").map(Secret::of),
                text(body, "id_token").map(Secret::of));
    }

    private static MultivaluedMap<String, String> form(TokenEndpoint endpoint, Request request, Secret refreshToken) {
        var form = new MultivaluedHashMap<String, String>();
        form.putSingle("grant_type", "refresh_token");
        form.putSingle("refresh_token", refreshToken.reveal());
        request.scope().ifPresent(given -> form.putSingle("scope", given));
        request.claims().ifPresent(given -> form.putSingle("claims", given));
        if (endpoint.authentication() != ClientAuthentication.CLIENT_SECRET_BASIC) {
            form.putSingle("client_id", endpoint.clientId());
        }
        if (endpoint.authentication() == ClientAuthentication.CLIENT_SECRET_POST) {
            endpoint.clientSecret().ifPresent(secret -> form.putSingle("client_secret", secret.reveal()));
        }
        return form;
    }

    /** RFC 6749 §2.3.1: both parts form-encoded before base64. */
    private static @Nullable String basic(TokenEndpoint endpoint) {
        if (endpoint.authentication() != ClientAuthentication.CLIENT_SECRET_BASIC) {
            return null;
        }
        var secret = endpoint.clientSecret().map(Secret::reveal).orElse("");
        var pair = encoded(endpoint.clientId()) + ":" + encoded(secret);
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    /** Entra routes by it in an outage; only an object id and a tenant id will do. */
    private static @Nullable String anchorMailbox(TokenEndpoint endpoint, String identity) {
        return endpoint.entraTenant()
                .filter(tenant ->
                        GUID.matcher(tenant).matches() && GUID.matcher(identity).matches())
                .map(tenant -> "oid:" + identity + "@" + tenant)
                .orElse(null);
    }

    private static Outage outage(IOException failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException || cause instanceof UnknownHostException) {
                return Outage.UNREACHABLE;
            }
            if (cause instanceof TimeoutException) {
                return Outage.TIMED_OUT;
            }
        }
        return Outage.BROKEN_OFF;
    }

    private static Optional<String> text(JsonNode body, String member) {
        return Optional.of(body.path(member).asText("")).filter(value -> !value.isEmpty());
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /**
     * @param identity the account's id at the provider, a hint for Entra's routing
     * @param userId the account's owner; not sent
     * @param scope space-separated; empty asks for what was first granted
     * @param claims a claims request (OpenID Connect Core §5.5), passed on as it is
     */
    public record Request(String identity, UUID userId, Optional<String> scope, Optional<String> claims) {}
}
