package io.tokenbroker.problem;

/** One field of the request that is wrong. */
public record FieldError(String field, String message) {}
