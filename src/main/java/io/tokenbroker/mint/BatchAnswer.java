package io.tokenbroker.mint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tokenbroker.problem.Problem;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** How several mints ended. */
@Schema(name = "BatchAnswer")
record BatchAnswer(
        @Schema(description = "One for each request, in the same order.")
        List<Result> results) {

    BatchAnswer {
        results = List.copyOf(results);
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "BatchResult", description = "A token, or the problem that a mint of its own would have answered.")
    record Result(@Nullable TokenAnswer token, @Nullable Problem problem) {

        static Result of(TokenAnswer token) {
            return new Result(token, null);
        }

        static Result of(Problem problem) {
            return new Result(null, problem);
        }
    }
}
