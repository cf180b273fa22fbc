package io.tokenbroker.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** RFC 9457 problem details, as they leave the broker. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String code,
        String requestId,
        List<FieldError> errors,
        @Nullable Reauthorize reauthorize,
        @Nullable Upstream upstream) {

    public static Problem of(BrokerException e, String requestId) {
        var type = e.type();
        return new Problem(
                "urn:token-broker:problem:" + type.code(),
                type.title(),
                type.status(),
                e.detail(),
                type.code(),
                requestId,
                e.errors(),
                e.reauthorize().orElse(null),
                e.upstream().filter(Upstream::saysSomething).orElse(null));
    }
}
