package io.tokenbroker.tenant;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.problem.Upstream;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The one reader of OAuth errors. What they mean is in {@link ErrorCatalogue}; an upstream's text is never read. */
final class TenantErrors {

    /** No tenant has more to say of one refusal. */
    private static final int MOST_NUMBERS = 10;

    private TenantErrors() {}

    static RefreshOutcome classify(int status, JsonNode body, Optional<Duration> retryAfter) {
        var answer = new Answer(status, body);
        return answer.outage()
                .<RefreshOutcome>map(outage -> new RefreshOutcome.Unavailable(outage, retryAfter, answer.upstream()))
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

        /** Why it is no refusal to believe. */
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

        /** An error is one whatever its status; a success without one may have been meant to hold tokens. */
        Refused notUnderstood(String flaw) {
            return status / 100 == 2 && error().isEmpty()
                    ? TokenAnswers.unreadable(status)
                    : TokenAnswers.refused(Refusal.NOT_UNDERSTOOD, "status %d, %s".formatted(status, flaw), upstream());
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
