package io.tokenbroker.tenant;

import io.tokenbroker.problem.BrokerException.Upstream;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.tenant.ProviderHttp.Answer;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.TokenAnswers.TenantErrors;
import io.tokenbroker.upstream.Calls;
import io.tokenbroker.upstream.Calls.Callee;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The refresh grant (RFC 6749 §6) at a provider's token endpoint, once. Blocks. */
@ApplicationScoped
public class RefreshGrant {

    private static final Pattern GUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final ProviderHttp http;
    private final Calls calls;
    private final TokenAnswers answers;
    private final Clock clock;

    RefreshGrant(ProviderHttp http, Calls calls, TokenAnswers answers, Clock clock) {
        this.http = http;
        this.calls = calls;
        this.answers = answers;
        this.clock = clock;
    }

    /** Sends the request once. */
    RefreshOutcome refresh(TokenEndpoint endpoint, Request request, Secret refreshToken) {
        try {
            return outcome(calls.measure(
                    Callee.PROVIDER, "refresh", () -> send(endpoint, request, refreshToken), Answer::status));
        } catch (IOException failed) {
            return new RefreshOutcome.Unavailable(outage(failed), Optional.empty(), Upstream.error(null));
        }
    }

    private Answer send(TokenEndpoint endpoint, Request request, Secret refreshToken) throws IOException {
        return http.send(provider -> provider.token(
                endpoint.uri().toString(),
                endpoint.basicAuthorization().orElse(null),
                UUID.randomUUID().toString(),
                anchorMailbox(endpoint, request.identity()),
                form(endpoint, request, refreshToken)));
    }

    private RefreshOutcome outcome(Answer answer) {
        return TokenAnswers.isSuccess(answer.status(), answer.body())
                ? answers.read(answer.status(), answer.body())
                : TenantErrors.classify(
                        answer.status(),
                        answer.body(),
                        answer.retryAfter().flatMap(field -> RetryAfter.parse(field, clock.instant())));
    }

    private static MultivaluedMap<String, String> form(TokenEndpoint endpoint, Request request, Secret refreshToken) {
        var form = new MultivaluedHashMap<String, String>();
        form.putSingle("grant_type", "refresh_token");
        form.putSingle("refresh_token", refreshToken.reveal());
        request.scope().ifPresent(given -> form.putSingle("scope", given));
        request.claims().ifPresent(given -> form.putSingle("claims", given));
        endpoint.clientForm().forEach(form::putSingle);
        return form;
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

    /**
     * @param identity the account's id at the provider, a hint for Entra's routing
     * @param userId the account's owner; not sent
     * @param scope space-separated; empty asks for what was first granted
     * @param claims a claims request (OpenID Connect Core §5.5), passed on as it is
     */
    public record Request(String identity, UUID userId, Optional<String> scope, Optional<String> claims) {}

    /** The {@code Retry-After} field (RFC 9110 §10.2.3), in seconds or as a date; never more than an hour. */
    static final class RetryAfter {

        private static final Duration LONGEST = Duration.ofHours(1);

        private RetryAfter() {}

        static Optional<Duration> parse(String field, Instant now) {
            return Optional.of(field)
                    .map(String::strip)
                    .flatMap(text -> text.matches("\\d{1,9}") ? seconds(text) : untilDate(text, now))
                    .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
        }

        private static Optional<Duration> seconds(String text) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }

        private static Optional<Duration> untilDate(String text, Instant now) {
            try {
                var date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
                var wait = Duration.between(now, date.toInstant());
                return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        }
    }
}
