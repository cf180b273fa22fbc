package io.tokenbroker.problem;

import java.util.Collection;

/** One field of the request that is wrong. */
public record FieldError(String field, String message) {

    private static final int LONGEST = 64;

    /** A field that does not exist. */
    public static FieldError unknown(String field, Collection<String> known) {
        return new FieldError(
                printable(field),
                NearestName.of(field, known)
                        .map("is not known; did you mean %s?"::formatted)
                        .orElse("is not known"));
    }

    /** A field's name comes from the caller: show it only as far as it is one. */
    static String printable(String field) {
        var clean = field.replaceAll("[^A-Za-z0-9_.\\[\\]-]", "?");
        return clean.substring(0, Math.min(clean.length(), LONGEST));
    }

    String sentence() {
        return "The field '%s' %s%s".formatted(field, message, message.endsWith("?") ? "" : ".");
    }
}
