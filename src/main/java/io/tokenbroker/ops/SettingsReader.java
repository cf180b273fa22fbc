package io.tokenbroker.ops;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.Priorities;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tokenbroker.problem.NearestName;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.Setting;
import io.tokenbroker.settings.SettingFiles;
import jakarta.annotation.Priority;
import java.util.ArrayList;
import java.util.Objects;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings from Quarkus's sources. The example of a setting stands in for a value that is missing or malformed,
 * so that the reading goes on and all faults are found at once.
 */
// Outside of SettingFiles, for what that says of a file is a fault too.
@Priority(Priorities.APPLICATION + 2_000)
final class SettingsReader implements ConfigSourceInterceptor {

    private static final long serialVersionUID = 1;

    private static final String PREFIX = BrokerSettings.PREFIX + ".";

    private final transient SmallRyeConfig given;
    private final transient Faults faults;

    private SettingsReader(SmallRyeConfig given, Faults faults) {
        this.given = given;
        this.faults = faults;
    }

    /** Not to be used if there are faults: then examples stand in for what is missing. */
    static BrokerSettings read(SmallRyeConfig given, SettingFiles files, Faults faults) {
        var sources = new ArrayList<ConfigSource>();
        given.getConfigSources().forEach(sources::add);
        var config = new SmallRyeConfigBuilder()
                .withSources(sources)
                .withProfiles(given.getProfiles())
                .addDiscoveredConverters()
                .addDiscoveredSecretKeysHandlers()
                .addDefaultInterceptors()
                .withInterceptors(files, new SettingsReader(given, faults))
                .withMapping(BrokerSettings.class, BrokerSettings.PREFIX)
                .withValidateUnknown(false)
                .build();
        nameUnknown(config, faults);
        return config.getConfigMapping(BrokerSettings.class, BrokerSettings.PREFIX);
    }

    @Override
    public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        var setting = Setting.of(name);
        return setting.isEmpty() ? context.proceed(name) : getValue(context, name, setting.get());
    }

    private @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String key, Setting setting) {
        try {
            var value = context.proceed(key);
            var text = value == null ? "" : Objects.requireNonNullElse(value.getValue(), "");
            var isGood = text.isBlank() ? setting.isOptional() || hasEntries(context, key) : setting.takes(text, given);
            if (isGood) {
                return value;
            }
            add(key, flaw(value), setting);
        } catch (ConfigurationException e) {
            faults.addUnreadable(key, String.valueOf(e.getMessage()));
        }
        return ConfigValue.builder().withName(key).withValue(setting.example()).build();
    }

    private static String flaw(@Nullable ConfigValue value) {
        if (value == null) {
            return "is missing";
        }
        if (value.getValue() == null) {
            return "refers to a setting or variable that is not there";
        }
        return value.getValue().isBlank() ? "is empty" : "has a value that cannot be used";
    }

    private void add(String key, String what, Setting setting) {
        faults.addUnreadable(
                key, "%s %s: expected %s, such as %s".formatted(key, what, setting.expected(), setting.example()));
    }

    /** Whether a list is given as {@code key[0]}, {@code key[1]} … */
    private static boolean hasEntries(ConfigSourceInterceptorContext context, String key) {
        for (var names = context.iterateNames(); names.hasNext(); ) {
            if (names.next().startsWith(key + "[")) {
                return true;
            }
        }
        return false;
    }

    private static void nameUnknown(SmallRyeConfig config, Faults faults) {
        for (var name : config.getPropertyNames()) {
            if (name.startsWith(PREFIX) && Setting.of(name).isEmpty() && !isFromEnvironment(config, name)) {
                faults.add(name + " is not a setting of the broker" + meant(name));
            }
        }
    }

    /** Any environment variable may begin with {@code BROKER_}. */
    private static boolean isFromEnvironment(SmallRyeConfig config, String name) {
        return String.valueOf(config.getConfigValue(name).getSourceName()).startsWith(EnvConfigSource.NAME);
    }

    private static String meant(String name) {
        var known = Setting.all().stream().map(Setting::key).toList();
        return NearestName.of(Setting.pattern(name), known)
                .flatMap(Setting::of)
                .map(near -> "; did you mean %s=%s?".formatted(Setting.withOwnerOf(name, near.key()), near.example()))
                .orElse("; docs/settings.md lists them");
    }
}
