package io.tokenbroker.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The known name that may be meant by an unknown one: the same in another spelling, or with a letter or two wrong. */
public final class NearestName {

    /** No known name comes near it. */
    private static final int LONGEST = 128;

    private NearestName() {}

    public static Optional<String> of(String given, Collection<String> known) {
        if (given.length() > LONGEST) {
            return Optional.empty();
        }
        var letters = letters(given);
        return known.stream()
                .map(name -> Map.entry(name, distance(letters, letters(name))))
                .filter(near -> near.getValue() <= Math.min(2, letters.length() / 4))
                .min(Comparator.comparing(Map.Entry::getValue))
                .map(Map.Entry::getKey);
    }

    /** So {@code providerId}, {@code provider-id} and {@code provider_id} are alike. */
    private static String letters(String name) {
        return name.replaceAll("[^A-Za-z0-9*]", "").toLowerCase(Locale.ROOT);
    }

    /** How many letters to insert, drop or replace (Levenshtein). */
    private static int distance(String one, String other) {
        var row = new int[other.length() + 1];
        for (var j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (var i = 1; i <= one.length(); i++) {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j < row.length; j++) {
                var replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
