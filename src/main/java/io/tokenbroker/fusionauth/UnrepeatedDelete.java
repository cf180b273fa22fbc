package io.tokenbroker.fusionauth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.inversoft.error.Errors;
import io.fusionauth.client.FusionAuthClient;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The deletion of a link, sent at most once. The vendor's client stands on {@code HttpURLConnection}, which repeats a
 * DELETE by itself when a kept connection closes; the 404 of the repetition would look as if a person had unlinked.
 * {@link HttpClient} repeats GET and HEAD only.
 */
@ApplicationScoped
class UnrepeatedDelete {

    private static final String PATH = "/api/identity-provider/link";
    private static final Duration CONNECT = Duration.ofSeconds(2);

    /** For the whole answer: the timeout of a request ends with the headers, and a lock is held meanwhile. */
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private static final int LONGEST = 64 * 1024;

    private final BrokerSettings.FusionAuth fusionAuth;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .proxy(HttpClient.Builder.NO_PROXY) // as the vendor's
            .build();

    UnrepeatedDelete(BrokerSettings settings) {
        this.fusionAuth = settings.fusionauth();
    }

    LinkDeletion send(Link link) {
        var sent = client.sendAsync(request(link), BodyHandlers.limiting(BodyHandlers.ofString(), LONGEST));
        try {
            var answer = sent.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            var status = answer.statusCode();
            var body = answer.body();
            return switch (status) {
                case 200, 202, 204 ->
                    isJsonOrNothing(body) ? new LinkDeletion.Deleted() : new LinkDeletion.InDoubt(false);
                case 404 ->
                    body.isBlank() || !codes(body).isEmpty()
                            ? new LinkDeletion.NotThere()
                            : new LinkDeletion.InDoubt(false);
                default -> {
                    if (status == 401
                            || status == 429
                            || (status < 500 && !codes(body).isEmpty())) {
                        throw Vendor.problem(status, "DELETE " + PATH);
                    }
                    yield new LinkDeletion.InDoubt(Vendor.hasEnded(status, !body.isBlank(), codes(body)));
                }
            };
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof ConnectException
                    || failed.getCause() instanceof HttpConnectTimeoutException) {
                throw Vendor.problem(-1, "DELETE " + PATH);
            }
            return new LinkDeletion.InDoubt(false);
        } catch (TimeoutException noAnswer) {
            sent.cancel(true);
            return new LinkDeletion.InDoubt(false);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return new LinkDeletion.InDoubt(false);
        }
    }

    /** FusionAuth's own yes has either; a proxy's page is neither, and nothing may have been deleted. */
    private static boolean isJsonOrNothing(String body) {
        try {
            return body.isBlank()
                    || FusionAuthClient.objectMapper.readTree(body).isObject();
        } catch (JsonProcessingException notFusionAuths) {
            return false;
        }
    }

    private static Set<String> codes(String body) {
        try {
            return Vendor.codes(FusionAuthClient.objectMapper.readValue(body, Errors.class));
        } catch (JsonProcessingException notFusionAuths) {
            return Set.of();
        }
    }

    private HttpRequest request(Link link) {
        var query = "?identityProviderId=%s&identityProviderUserId=%s&userId=%s"
                .formatted(
                        link.providerId(), URLEncoder.encode(link.identity(), StandardCharsets.UTF_8), link.userId());
        return HttpRequest.newBuilder(URI.create(fusionAuth.url() + PATH + query))
                .header("Authorization", fusionAuth.apiKey())
                .header("X-FusionAuth-TenantId", fusionAuth.tenantId().toString())
                .DELETE()
                .build();
    }
}
