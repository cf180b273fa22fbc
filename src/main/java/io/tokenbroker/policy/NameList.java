package io.tokenbroker.policy;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a setting lists: names to the letter, all names below one that ends in {@code /*}, or {@code *} for all.
 *
 * @param all whether everything is listed
 * @param names to the letter
 * @param branches each ends in a slash, so that no longer host or word can pass for it
 */
public record NameList(boolean all, Set<String> names, List<String> branches) {

    private static final String ALL = "*";

    /** A host or a name is complete before the star: {@code https://a.example*} would let a.example.evil in. */
    private static final Pattern WELL_FORMED =
            Pattern.compile("\\*|[^*\\s]+|([A-Za-z][A-Za-z0-9+.-]*://)?[^/*\\s]*[^/:*\\s]/([^*\\s]*/)?\\*");

    public NameList {
        names = Set.copyOf(names);
        branches = List.copyOf(branches);
    }

    /** Whether a setting may say this. */
    public static boolean isWellFormed(String entry) {
        return WELL_FORMED.matcher(entry).matches();
    }

    /** @param entries without a slash at their end */
    static NameList of(List<String> entries) {
        var names = entries.stream().filter(entry -> !entry.endsWith(ALL)).collect(Collectors.toSet());
        var branches = entries.stream()
                .filter(entry -> entry.endsWith("/" + ALL))
                .map(entry -> entry.substring(0, entry.length() - ALL.length()))
                .toList();
        return new NameList(entries.contains(ALL), names, branches);
    }

    boolean has(String name) {
        return all || names.contains(name) || isBelow(name);
    }

    /** Also the branch itself, without its slash. */
    private boolean isBelow(String name) {
        for (var branch : branches) {
            var isBranch = name.length() == branch.length() - 1 && branch.startsWith(name);
            var isBelow = name.length() > branch.length() && name.startsWith(branch);
            if (isBranch || (isBelow && isPlain(name, branch.length()))) {
                return true;
            }
        }
        return false;
    }

    /** What some reader might take for another place: a step upwards, an escape, an empty step, a query. */
    private static boolean isPlain(String name, int from) {
        return name.indexOf("..", from) < 0
                && name.indexOf("//", from - 1) < 0
                && name.indexOf('%', from) < 0
                && name.indexOf('?', from) < 0
                && name.indexOf('#', from) < 0;
    }
}
