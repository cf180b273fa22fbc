package io.tokenbroker.tenant;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.problem.BrokerException.Upstream;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unusable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads the token endpoint's successes (RFC 6749 §5.1), and refuses those that would take up too much memory or that no
 * caller could use.
 */
@ApplicationScoped
class TokenAnswers {

    /** Of all text but tokens. */
    static final int LONGEST_TEXT = 8 * 1024;

    private static final Upstream NOTHING = Upstream.error(null);

    /** Longer than any access token is used. */
    private static final Duration LONGEST_LIFE = Duration.ofDays(366);

    /** A number beyond it is no lifetime in seconds. */
    private static final Duration BELIEVABLE_LIFE = LONGEST_LIFE.multipliedBy(10);

    private final int longestToken;

    TokenAnswers(BrokerSettings settings) {
        this.longestToken = settings.limits().tokenBytes();
    }

    /** Whether tokens were given: whatever 2xx it is (RFC 9110 §15.3), the body decides. */
    static boolean isSuccess(int status, JsonNode body) {
        return status / 100 == 2 && text(body, "access_token").isPresent();
    }

    RefreshOutcome read(int status, JsonNode body) {
        var next = text(body, "refresh_token");
        var flaw = flaw(body);
        if (flaw.isPresent()) {
            var why = "status %d, but %s".formatted(status, flaw.get());
            return next.filter(this::isShort)
                    .<RefreshOutcome>map(
                            token -> new Unusable(Secret.of(token), refused(Refusal.NOT_UNDERSTOOD, why, NOTHING)))
                    .orElseGet(() -> refused(Refusal.UNREADABLE, why, NOTHING));
        }
        return new Refreshed(
                Secret.of(text(body, "access_token").orElseThrow()),
                lifetime(body.path("expires_in")),
                seconds(body.path("refresh_in")).filter(Duration::isPositive),
                text(body, "scope"),
                next.map(Secret::of),
                text(body, "id_token").map(Secret::of));
    }

    /** A success without tokens, or none that can be read: if there was a next refresh token, it is lost. */
    static Refused unreadable(int status) {
        return refused(
                Refusal.UNREADABLE, "status %d, but no access token that can be read".formatted(status), NOTHING);
    }

    static Refused refused(Refusal refusal, String why, Upstream said) {
        return new Refused(refusal, why, true, Optional.empty(), said);
    }

    private Optional<String> flaw(JsonNode body) {
        var tooLong = Stream.of("access_token", "refresh_token", "id_token")
                .filter(member ->
                        text(body, member).filter(token -> !isShort(token)).isPresent())
                .map(member ->
                        "its %s has more than %d bytes (broker.limits.token-size)".formatted(member, longestToken));
        var other = Stream.of(
                        Optional.of("its scope has more than %d characters".formatted(LONGEST_TEXT))
                                .filter(flaw -> text(body, "scope").orElse("").length() > LONGEST_TEXT),
                        // RFC 6749 §7.1: a token of another type must not be used as if it were a bearer token.
                        Optional.of("its token_type is not Bearer")
                                .filter(flaw -> !text(body, "token_type")
                                        .orElse("Bearer")
                                        .equalsIgnoreCase("Bearer")))
                .flatMap(Optional::stream);
        return Stream.concat(tooLong, other).findFirst();
    }

    private boolean isShort(String token) {
        return token.length() <= longestToken;
    }

    private static Optional<Duration> lifetime(JsonNode member) {
        return seconds(member)
                .filter(life -> life.isPositive() && life.compareTo(BELIEVABLE_LIFE) <= 0)
                .map(life -> life.compareTo(LONGEST_LIFE) > 0 ? LONGEST_LIFE : life);
    }

    /** Some send the number as text. */
    private static Optional<Duration> seconds(JsonNode member) {
        return member.isNumber() || member.isTextual()
                ? Optional.of(Duration.ofSeconds(member.asLong(0)))
                : Optional.empty();
    }

    private static Optional<String> text(JsonNode body, String member) {
        return Optional.of(body.path(member))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .filter(value -> !value.isEmpty());
    }

    /** The one reader of OAuth errors. What they mean is in {@link ErrorCatalogue}; an upstream's text is never read. */
    static final class TenantErrors {

        /** No tenant has more to say of one refusal. */
        private static final int MOST_NUMBERS = 10;

        private TenantErrors() {}

        static RefreshOutcome classify(int status, JsonNode body, Optional<Duration> retryAfter) {
            var answer = new Answer(status, body);
            return answer.outage()
                    .<RefreshOutcome>map(
                            outage -> new RefreshOutcome.Unavailable(outage, retryAfter, answer.upstream()))
                    .orElseGet(() -> answer.flaw().map(answer::notUnderstood).orElseGet(answer::refused));
        }

        private record Answer(int status, JsonNode body) {

            Optional<Outage> outage() {
                var known = ErrorCatalogue.outage(error(), numbers());
                if (status == 429) {
                    return known.filter(Outage.ASKED_TOO_OFTEN::equals).or(() -> Optional.of(Outage.THROTTLED));
                }
                return known.or(() -> status >= 500 || status == 408 ? Optional.of(Outage.FAILING) : Optional.empty());
            }

            /** What is wrong with this refusal itself; empty if it can be believed. */
            Optional<String> flaw() {
                if (error().isEmpty()) {
                    return Optional.of("no error code");
                }
                if (!ErrorCatalogue.ERRORS.containsKey(error())) {
                    return Optional.of("an unknown error code");
                }
                var isTooLong = body.path("error_codes").size() > MOST_NUMBERS
                        || text("claims").orElse("").length() > TokenAnswers.LONGEST_TEXT;
                return isTooLong ? Optional.of("more error codes or claims than an error has") : Optional.empty();
            }

            /** What to make of a flawed answer. With a 2xx and no error it may have held the next refresh token. */
            Refused notUnderstood(String flaw) {
                return status / 100 == 2 && error().isEmpty()
                        ? TokenAnswers.unreadable(status)
                        : TokenAnswers.refused(
                                Refusal.NOT_UNDERSTOOD, "status %d, %s".formatted(status, flaw), upstream());
            }

            Refused refused() {
                var claims = text("claims");
                var meaning = ErrorCatalogue.meaning(error(), text("suberror"), numbers(), claims.isPresent());
                return new Refused(meaning.refusal(), meaning.reason(), meaning.unexplained(), claims, upstream());
            }

            Upstream upstream() {
                return new Upstream(
                        error(),
                        text("suberror").orElse(null),
                        numbers(),
                        text("correlation_id").orElse(null),
                        text("trace_id").orElse(null));
            }

            private Optional<String> text(String member) {
                return Optional.of(body.path(member).asText("")).filter(value -> !value.isEmpty());
            }

            private String error() {
                return body.path("error").asText("");
            }

            private List<Integer> numbers() {
                var numbers = new ArrayList<Integer>();
                for (var number : body.path("error_codes")) {
                    if (numbers.size() < MOST_NUMBERS) {
                        numbers.add(number.asInt());
                    }
                }
                return numbers;
            }
        }
    }
}
