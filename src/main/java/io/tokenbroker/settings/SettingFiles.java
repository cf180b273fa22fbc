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
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

    /** The keys of files in which something else is found by now. */
    public Set<String> changed() {
        return held.entrySet().stream()
                .filter(entry -> entry.getValue().isChanged())
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * What was found in the files of one setting, by the client, receiver or provider of each: no text in one that is empty or
     * gone. Those that cannot be read for another reason are left out.
     *
     * @param pattern the setting's key with {@code *} in place of the owner
     */
    public Map<String, String> texts(String pattern) {
        var texts = new TreeMap<String, String>();
        held.forEach((key, file) -> {
            if (Setting.pattern(key).equals(pattern)) {
                switch (file.found()) {
                    case Found.Text(var text) -> texts.put(Setting.owner(key), text);
                    case Found.Nothing _ -> texts.put(Setting.owner(key), "");
                    case Found.Unusable _ -> {}
                }
            }
        });
        return texts;
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
        var path = file.getValue().strip();
        return switch (held.computeIfAbsent(name + SUFFIX, key -> Held.read(path))
                .found()) {
            case Found.Text(var text) -> file.withName(name).withValue(text);
            case Found.Nothing(var why) -> throw unusable(name, path, why);
            case Found.Unusable(var why) -> throw unusable(name, path, why);
        };
    }

    private static boolean isGiven(@Nullable ConfigValue value) {
        return value != null && value.getValue() != null && !value.getValue().isBlank();
    }

    private static ConfigurationException unusable(String name, String path, String why) {
        return new ConfigurationException("%s: %s %s".formatted(name + SUFFIX, path, why));
    }

    /** What a file held when it was read. A mount that was replaced behind a symbolic link is seen by what is read through it. */
    private record Held(String path, Found found) {

        static Held read(String path) {
            return new Held(path, Found.in(path));
        }

        boolean isChanged() {
            return !found.equals(Found.in(path));
        }
    }

    private sealed interface Found {

        record Text(String text) implements Found {

            @Override
            public String toString() {
                return "Text[***]";
            }
        }

        record Nothing(String why) implements Found {}

        record Unusable(String why) implements Found {}

        static Found in(String file) {
            try {
                var path = Path.of(file);
                // Unlike Files.isRegularFile it tells what is gone from what cannot be looked at.
                var attributes = Files.readAttributes(path, BasicFileAttributes.class);
                if (!attributes.isRegularFile()) {
                    return new Nothing("is not there, or is no file");
                }
                if (attributes.size() > LARGEST) {
                    return new Unusable("has more than %d bytes".formatted(LARGEST));
                }
                var text = Files.readString(path, StandardCharsets.UTF_8).strip();
                return text.isEmpty() ? new Nothing("is empty") : new Text(text);
            } catch (CharacterCodingException e) {
                return new Unusable("is not text in UTF-8");
            } catch (NoSuchFileException gone) {
                return new Nothing("is not there, or is no file");
            } catch (IOException | InvalidPathException e) {
                return new Unusable("cannot be read by this user");
            }
        }
    }
}
