package io.tokenbroker.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** RFC 9457 problem details, as they leave the broker. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(name = "Problem", description = "What is wrong, who must act, and how (RFC 9457).")
public record Problem(
        @Schema(
                description = "urn:token-broker:problem:<code>",
                examples = "urn:token-broker:problem:account_not_found")
        String type,

        @Schema(description = "The problem in a few words.", examples = "There is no such account")
        String title,

        @Schema(description = "The HTTP status.", examples = "404")
        int status,

        @Schema(
                description = "What happened this time, who must act and how. Made for people; do not parse.",
                examples = "No account of this caller has this id.")
        String detail,

        @Schema(description = "The stable code to branch on.", examples = "account_not_found")
        String code,

        @Schema(
                description = "The X-Request-Id of this answer; quote it when asking for help.",
                examples = "5f0c6a52e1")
        String requestId,

        @Schema(description = "The fields of the request that are wrong.")
        List<FieldError> errors,

        @Schema(description = "Ready for POST /authorizations/start, when the person can put it right.") @Nullable
        Reauthorize reauthorize,

        @Schema(description = "What the upstream said: codes and ids, never its text.") @Nullable
        Upstream upstream) {

    /** The media type of RFC 9457 §3. */
    public static final String MEDIA_TYPE = "application/problem+json";

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
