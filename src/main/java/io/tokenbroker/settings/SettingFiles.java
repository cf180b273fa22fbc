package io.tokenbroker.settings;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The broker's settings as secrets are mounted: without the line break that most tools put at the end, and from the file
 * that {@code <key>-file} says.
 */
// Outside of all others, so that nothing in a file is taken for an expression.
@Priority(Priorities.APPLICATION + 1_000)
public final class SettingFiles implements ConfigSourceInterceptor {

    private static final long serialVersionUID = 1;

    private static final String PREFIX = "broker.";
    private static final String SUFFIX = "-file";
    private static final int LARGEST = 16_384;

    /** What was in the files, each of which is read once, by the keys that name them. */
    private final transient Map<String, Held> held = new ConcurrentHashMap<>();

    /** The keys of files that hold something else by now, or cannot be read any more. */
    public Set<String> changed() {
        return held.entrySet().stream()
                .filter(entry -> !entry.getValue().isThere())
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        var value = context.proceed(name);
        if (!name.startsWith(PREFIX)) {
            return value;
        }
        var file = context.proceed(name + SUFFIX);
        if (!isGiven(file)) {
            return isGiven(value) ? value.withValue(value.getValue().strip()) : value;
        }
        if (isGiven(value)) {
            throw new ConfigurationException(
                    "%s and %s are both given; leave one of them out".formatted(name, name + SUFFIX));
        }
        var read = held.computeIfAbsent(
                name + SUFFIX, key -> Held.read(key, file.getValue().strip()));
        return file.withName(name).withValue(read.content());
    }

    private static boolean isGiven(@Nullable ConfigValue value) {
        return value != null && value.getValue() != null && !value.getValue().isBlank();
    }

    private static String content(String key, String file) {
        try {
            var path = Path.of(file);
            if (!Files.isRegularFile(path)) {
                throw unusable(key, file, "is not there, or is no file");
            }
            if (Files.size(path) > LARGEST) {
                throw unusable(key, file, "has more than %d bytes".formatted(LARGEST));
            }
            var content = Files.readString(path, StandardCharsets.UTF_8).strip();
            if (content.isEmpty()) {
                throw unusable(key, file, "is empty");
            }
            return content;
        } catch (CharacterCodingException e) {
            throw unusable(key, file, "is not text in UTF-8");
        } catch (IOException | InvalidPathException e) {
            throw unusable(key, file, "cannot be read by this user");
        }
    }

    /** What a file held when it was read. A mount that was replaced behind a symbolic link is seen by what is read through it. */
    private record Held(String path, String content) {

        static Held read(String key, String path) {
            return new Held(path, SettingFiles.content(key, path));
        }

        boolean isThere() {
            try {
                return content.equals(SettingFiles.content("", path));
            } catch (ConfigurationException unusable) {
                return false;
            }
        }

        @Override
        public String toString() {
            return "Held[" + path + "]";
        }
    }

    private static ConfigurationException unusable(String key, String file, String why) {
        return new ConfigurationException("%s: %s %s".formatted(key, file, why));
    }
}
