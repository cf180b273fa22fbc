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
        return file.withName(name)
                .withValue(content(name + SUFFIX, file.getValue().strip()));
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

    private static ConfigurationException unusable(String key, String file, String why) {
        return new ConfigurationException("%s: %s %s".formatted(key, file, why));
    }
}
