package io.tokenbroker.ops;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenbroker.settings.Setting;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** All that is wrong with the settings, each with its key and an example. */
final class Faults {

    private static final Pattern ONE_LINE = Pattern.compile("\\P{Cntrl}*");

    private final Set<String> sentences = new LinkedHashSet<>();
    private final Set<String> unreadable = new HashSet<>();

    /** A setting that cannot even be read, so that its example stands in for it. */
    void addUnreadable(String key, String sentence) {
        unreadable.add(key);
        sentences.add(sentence);
    }

    void add(String sentence) {
        sentences.add(sentence);
    }

    /** @param otherwise what is wrong, behind the key */
    void require(boolean holds, String key, String otherwise) {
        if (!holds && !unreadable.contains(key)) {
            sentences.add("%s %s%s".formatted(key, otherwise, example(key)));
        }
    }

    /** @param otherwise what is wrong, behind the key and the entry */
    void requireEach(Optional<List<String>> entries, Predicate<String> holds, String key, String otherwise) {
        for (var entry : entries.orElse(List.of())) {
            if (!holds.test(entry)) {
                sentences.add("%s: '%s' %s%s".formatted(key, entry, otherwise, example(key)));
            }
        }
    }

    void requireOneLine(Optional<String> secret, String key) {
        require(
                ONE_LINE.matcher(secret.orElse("")).matches(),
                key,
                "must have no line break or other control character inside");
    }

    /** Takes note of what a constructor or a method says against the settings. */
    void tryOut(String key, Runnable use) {
        try {
            use.run();
        } catch (ConfigurationException e) {
            if (!unreadable.contains(key)) {
                sentences.add(String.valueOf(e.getMessage()));
            }
        }
    }

    List<String> sentences() {
        return List.copyOf(sentences);
    }

    void throwIfAny() {
        if (!sentences.isEmpty()) {
            throw new ConfigurationException(String.join("; ", sentences));
        }
    }

    private static String example(String key) {
        return Setting.of(key).map(setting -> ", such as " + setting.example()).orElse("");
    }
}
