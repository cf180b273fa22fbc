package io.tokenbroker.tenant;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.tenant.Entra.EntraV1;
import io.tokenbroker.tenant.Entra.Issuer;
import io.tokenbroker.tenant.ProviderHttp.Answer;
import io.tokenbroker.time.Time.Window;
import io.tokenbroker.upstream.Calls;
import io.tokenbroker.upstream.Calls.Callee;
import io.tokenbroker.upstream.EgressPolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * OpenID Connect Discovery 1.0: an issuer's endpoints. A document is believed only if it names the issuer that it was
 * asked of (§4.3), and stays good for as long as no other can be read. Blocks.
 */
@ApplicationScoped
public class Discovery {

    private static final int LONGEST_URL = 2_048;
    private static final int LONGEST_PRINTED = 200;

    /** Providers rarely move, and a thousand of them must not be asked each half minute. */
    private static final Duration FRESH = Duration.ofMinutes(5);

    private final ProviderHttp http;
    private final Calls calls;
    private final EgressPolicy egress;
    private final Clock clock;

    final Cache<URI, Read> believed = Caffeine.newBuilder().maximumSize(1_000).build();

    Discovery(ProviderHttp http, Calls calls, EgressPolicy egress, Clock clock) {
        this.http = http;
        this.calls = calls;
        this.egress = egress;
        this.clock = clock;
    }

    /** What the issuer last said that can be believed, else why there is nothing. */
    public Result of(URI issuer) {
        var now = clock.instant();
        var known = believed.getIfPresent(issuer);
        if (known != null && known.fresh().contains(now)) {
            return known.endpoints();
        }
        var result = read(issuer);
        if (result instanceof Endpoints endpoints) {
            believed.put(issuer, new Read(endpoints, Window.of(now, FRESH)));
        }
        return known == null ? result : latest(known, result);
    }

    private static Result latest(Read known, Result now) {
        return now instanceof Endpoints ? now : known.endpoints();
    }

    private Result read(URI issuer) {
        if (EntraV1.isIssuer(issuer)) {
            return new Unusable(
                    "its issuer is that of Entra's v1 endpoints; use https://login.microsoftonline.com/<tenant id>/v2.0");
        }
        var objection = egress.objection(issuer);
        if (objection.isPresent()) {
            return new Unusable("its issuer %s".formatted(objection.get()));
        }
        try {
            return result(
                    issuer,
                    calls.measure(
                            Callee.PROVIDER,
                            "discovery",
                            () -> http.send(provider -> provider.get(document(issuer))),
                            Answer::status));
        } catch (IOException unreachable) {
            return new Unusable("its issuer does not answer");
        }
    }

    /** Where an issuer's document is. */
    public static String document(URI issuer) {
        return Issuer.withoutSlash(issuer.toString()) + "/.well-known/openid-configuration";
    }

    private static Result result(URI issuer, Answer answer) {
        return result(issuer, answer.status(), answer.location(), answer.body());
    }

    /**
     * What an answer to the request for this issuer's document says.
     *
     * @param location where a redirect leads
     */
    public static Result result(URI issuer, int status, Optional<String> location, JsonNode body) {
        if (status >= 300 && status < 400) {
            return new Unusable(
                    "its issuer's discovery document is behind a redirect (%d) to %s, which is not followed; enter the issuer that it leads to"
                            .formatted(status, target(location)));
        }
        if (status != 200) {
            return new Unusable("its issuer answers the request for its discovery document with %d".formatted(status));
        }
        return body.isObject()
                ? endpoints(issuer, body)
                : new Unusable("its issuer's discovery document is no JSON object, or too long");
    }

    private static Result endpoints(URI issuer, JsonNode document) {
        var said = document.path("issuer").asText("");
        if (!Issuer.isSame(issuer, said)) {
            return new Unusable(
                    "its discovery document is that of another issuer (%s); enter that one if it is right, or the endpoints without an issuer"
                            .formatted(printable(said).orElse("which is not named here")));
        }
        var authorization = uri(document.path("authorization_endpoint").asText(""));
        var token = uri(document.path("token_endpoint").asText(""));
        return authorization.isPresent() && token.isPresent()
                ? new Endpoints(
                        said,
                        authorization.get(),
                        token.get(),
                        document.path("authorization_response_iss_parameter_supported")
                                .asBoolean())
                : new Unusable("its discovery document lacks an authorization endpoint or a token endpoint");
    }

    private static String target(Optional<String> location) {
        return location.flatMap(Discovery::printable).orElse("a place that is not named here");
    }

    /** A URL from outside, for people to read: short, in ASCII, without the query, which may hold anything. */
    private static Optional<String> printable(String text) {
        return uri(text.replaceAll("(?s)[?#].*", ""))
                .map(URI::toASCIIString)
                .filter(url -> url.length() <= LONGEST_PRINTED);
    }

    private static Optional<URI> uri(String text) {
        try {
            return Optional.of(text)
                    .filter(given -> !given.isEmpty() && given.length() <= LONGEST_URL)
                    .map(URI::create);
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    record Read(Endpoints endpoints, Window fresh) {}

    /** What an issuer's document says, or why it says nothing. */
    public sealed interface Result {}

    /**
     * @param issuer as the document says it, which is what RFC 9207's {@code iss} is compared with
     * @param promisesIssuer whether every authorization response has {@code iss}
     */
    public record Endpoints(String issuer, URI authorization, URI token, boolean promisesIssuer) implements Result {

        public Endpoints(String issuer, URI authorization, URI token) {
            this(issuer, authorization, token, false);
        }
    }

    /** @param reason completes the sentence "The provider is left out: …" */
    public record Unusable(String reason) implements Result {}
}
