package io.tokenbroker.tenant;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.problem.Upstream;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The one reader of OAuth errors. What they mean is in {@link ErrorCatalogue}; an upstream's text is never read. */
final class TenantErrors {

    private TenantErrors() {}

    static RefreshOutcome classify(int status, JsonNode body, Optional<Duration> retryAfter) {
        var answer = new Answer(status, body);
        return answer.outage()
                .<RefreshOutcome>map(outage -> new RefreshOutcome.Unavailable(outage, retryAfter, answer.upstream()))
                .orElseGet(answer::refused);
    }

    /** An answer that says neither yes nor no. */
    static RefreshOutcome notUnderstood() {
        return new RefreshOutcome.Refused(
                Refusal.NOT_UNDERSTOOD, "not_understood", true, Optional.empty(), Upstream.error(null));
    }

    private record Answer(int status, JsonNode body) {

        Optional<Outage> outage() {
            var known = ErrorCatalogue.outage(error(), numbers());
            if (status == 429) {
                return known.filter(Outage.ASKED_TOO_OFTEN::equals).or(() -> Optional.of(Outage.THROTTLED));
            }
            return known.or(() -> status >= 500 || status == 408 ? Optional.of(Outage.FAILING) : Optional.empty());
        }

        RefreshOutcome refused() {
            var claims = text("claims");
            var meaning = ErrorCatalogue.meaning(error(), text("suberror"), numbers(), claims.isPresent());
            return new RefreshOutcome.Refused(
                    meaning.refusal(), meaning.reason(), meaning.unexplained(), claims, upstream());
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
            body.path("error_codes").forEach(number -> numbers.add(number.asInt()));
            return numbers;
        }
    }
}
