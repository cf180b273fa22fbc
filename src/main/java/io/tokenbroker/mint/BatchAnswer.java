package io.tokenbroker.mint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tokenbroker.problem.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How several mints ended. */
record BatchAnswer(List<Result> results) {

    BatchAnswer {
        results = List.copyOf(results);
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Result(@Nullable TokenAnswer token, @Nullable Problem problem) {

        static Result of(TokenAnswer token) {
            return new Result(token, null);
        }

        static Result of(Problem problem) {
            return new Result(null, problem);
        }
    }
}
