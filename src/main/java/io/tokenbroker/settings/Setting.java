package io.tokenbroker.settings;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.Converters;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * A setting as its method declares it.
 *
 * @param key with {@code *} in place of a client's or receiver's name, or a provider's id
 */
public record Setting(String key, Method method) {

    /** With the name of the client or receiver, or the id of the provider. */
    private static final Pattern OWNED =
            Pattern.compile("^(broker\\.(?:clients|events|providers))\\.(?:\"([^\"]*)\"|([^.]+))\\.");

    private static final Pattern INDEX = Pattern.compile("\\[[0-9*]+]$");

    private static final Map<Class<?>, String> WORDS = Map.of(
            boolean.class, "true or false",
            int.class, "whole number",
            Integer.class, "whole number",
            // The only one is HeapPart's.
            long.class, "size",
            MemorySize.class, "size",
            Duration.class, "duration",
            URI.class, "URL",
            UUID.class, "UUID");

    private static final Map<String, Setting> ALL =
            ConfigMappings.getProperties(ConfigClass.configClass(BrokerSettings.class, BrokerSettings.PREFIX))
                    .entrySet()
                    .stream()
                    .filter(property -> property.getValue().getMethod().isAnnotationPresent(Example.class))
                    // A list is there twice: as a whole and entry by entry.
                    .filter(property -> !INDEX.matcher(property.getKey()).find())
                    .map(property ->
                            new Setting(property.getKey(), property.getValue().getMethod()))
                    .collect(Collectors.toUnmodifiableMap(Setting::key, Function.identity()));

    public static List<Setting> all() {
        return List.copyOf(ALL.values());
    }

    /** @param key as in the settings */
    public static Optional<Setting> of(String key) {
        return Optional.ofNullable(ALL.get(pattern(key)));
    }

    /** The key with {@code *} in place of a name or an id, and without an entry's index. */
    public static String pattern(String key) {
        return INDEX.matcher(OWNED.matcher(key).replaceFirst("$1.*.")).replaceFirst("");
    }

    /** The client's or receiver's name, or the provider's id; empty in any other key. */
    static String owner(String key) {
        var owned = OWNED.matcher(key);
        return owned.find() ? Objects.requireNonNullElseGet(owned.group(2), () -> owned.group(3)) : "";
    }

    /** The key that this pattern is for the client, receiver or provider of that other key. */
    public static String withOwnerOf(String key, String pattern) {
        var owned = OWNED.matcher(key);
        return owned.find() ? OWNED.matcher(pattern).replaceFirst(Matcher.quoteReplacement(owned.group())) : pattern;
    }

    public boolean isOptional() {
        return method.getReturnType() == Optional.class;
    }

    public Optional<String> defaultValue() {
        return Optional.ofNullable(method.getAnnotation(WithDefault.class)).map(WithDefault::value);
    }

    public String example() {
        return method.getAnnotation(Example.class).value();
    }

    /** What belongs there, in words. */
    public String expected() {
        var words = method.getAnnotation(Example.class).of();
        if (!words.isEmpty()) {
            return words;
        }
        return valueType() == boolean.class || valueType().isEnum() ? type() : "a " + type();
    }

    /** The type in words, such as {@code duration}. */
    public String type() {
        var type = valueType();
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant ->
                            constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining(" or "));
        }
        return isList() ? "list" : WORDS.getOrDefault(type, "text");
    }

    /** Whether the value can be converted to the type. */
    public boolean takes(String value, SmallRyeConfig config) {
        try {
            var one = converter(config);
            return (isList() ? Converters.newCollectionConverter(one, ArrayList::new) : one).convert(value) != null;
        } catch (RuntimeException e) {
            // Converters agree on no exception.
            return false;
        }
    }

    private Converter<?> converter(SmallRyeConfig config) {
        var own = method.getAnnotation(WithConverter.class);
        if (own == null) {
            return config.requireConverter(
                    MethodType.methodType(valueType()).wrap().returnType());
        }
        try {
            return own.value().getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean isList() {
        return rawType(withoutOptional()) == List.class;
    }

    /** Without {@code Optional} and {@code List}. */
    private Class<?> valueType() {
        return rawType(isList() ? argument(withoutOptional()) : withoutOptional());
    }

    private Type withoutOptional() {
        return isOptional() ? argument(method.getGenericReturnType()) : method.getGenericReturnType();
    }

    private static Type argument(Type type) {
        return ((ParameterizedType) type).getActualTypeArguments()[0];
    }

    private static Class<?> rawType(Type type) {
        return type instanceof ParameterizedType generic ? (Class<?>) generic.getRawType() : (Class<?>) type;
    }
}
