package io.tokenbroker.problem;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One field of the request that is wrong. */
@Schema(name = "FieldError", description = "One field of the request that is wrong.")
public record FieldError(
        @Schema(description = "Its name as the request has it.", examples = "min_validity")
        String field,

        @Schema(description = "What is wrong with it.", examples = "must be 0 to 86400 seconds")
        String message) {}
