package io.tokenbroker.settings;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The page of all settings, in Markdown: docs/settings.md. */
final class SettingsPage {

    private static final Path PROPERTIES = Path.of("src/main/resources/application.properties");

    /** Settings of Quarkus that an operator meets. Their comments are in application.properties. */
    private static final List<String> OF_QUARKUS = List.of(
            "quarkus.http.port",
            "quarkus.management.port",
            "quarkus.http.idle-timeout",
            "quarkus.http.limits.max-connections",
            "quarkus.shutdown.timeout",
            "quarkus.log.level",
            "quarkus.log.console.json.enabled",
            "quarkus.otel.sdk.disabled",
            "quarkus.otel.exporter.otlp.endpoint");

    private static final String HEAD = """
            <!-- Written by `make settings` from the comments in src/main/java/io/tokenbroker/settings: change those. -->
            # Settings

            Settings go into `config/application.properties` in the working directory, or into the environment: `broker.store.url` is
            `BROKER_STORE_URL` there, `broker.clients.billing.key-sha256` is `BROKER_CLIENTS_BILLING_KEY_SHA256` (a client's name
            must be one word of letters and digits then, for an underscore may stand for anything). Only the settings of
            `broker.providers` cannot be environment variables. A value in the environment counts more than one in the file.

            - **Wrong settings stop the start** with one line that names all of them, what is expected, and an example
              ([what else stops it](troubleshoot.md#the-broker-does-not-start)).
            - **Lists** are comma-separated. Blanks and line breaks around a value are no part of it.
            - **Durations** are such as `90s`, `10m`, `12h`, `30d`; **sizes** such as `64K`, `16M`, `1G`.
            - **Secrets may be in files**: a key with `-file` at its end names one, of 16 KiB of text at most. A setting and its
              file are not given both. Another content of such a file counts at once ([keys](operate.md#keys)).
            - Every other change takes effect with a restart.

            """;

    private static final String OF_QUARKUS_HEAD = """
            ## `quarkus`

            Quarkus has many settings ([all of them](https://quarkus.io/guides/all-config)). These are the ones that an operator of the
            broker meets; other values than these defaults are the operator's own risk.

            | key | default | meaning |
            |---|---|---|
            """;

    private static final String TAIL = """

            ## Environment variables

            These two are no settings of the broker but customary variables of the environment.

            | variable | default | meaning |
            |---|---|---|
            | `HTTPS_PROXY` | none | An HTTP proxy for https upstreams, such as `http://proxy.example.com:3128`. |
            | `NO_PROXY` | none | The hosts that are reached directly, comma-separated, each with all below it; `*` for all. |
            """;

    private final SettingComments comments;
    private final Map<Method, Setting> settings =
            Setting.all().stream().collect(Collectors.toMap(Setting::method, Function.identity()));
    private final StringBuilder page = new StringBuilder(HEAD);

    private SettingsPage(SettingComments comments) {
        this.comments = comments;
    }

    static String markdown() throws IOException {
        var page = new SettingsPage(SettingComments.read());
        page.addSection(BrokerSettings.PREFIX, BrokerSettings.class, "Settings that belong to no group.");
        for (var group : page.groups(BrokerSettings.class)) {
            var type = valueType(group);
            var name = BrokerSettings.PREFIX + "." + keyOf(group);
            page.addSection(name, type, page.comments.of(type).orElse(""));
        }
        page.addQuarkus();
        return page.page.append(TAIL).toString();
    }

    private void addSection(String prefix, Class<?> type, String comment) {
        page.append("## `%s`\n\n%s\n\n| key | type | default | example | meaning |\n|---|---|---|---|---|\n"
                .formatted(prefix, comment));
        addRows(type, type != BrokerSettings.class);
        page.append('\n');
    }

    private void addRows(Class<?> type, boolean withGroups) {
        for (var method : methods(type)) {
            var setting = settings.get(method);
            if (setting != null) {
                addRow(setting);
            } else if (withGroups && valueType(method).isInterface()) {
                addRows(valueType(method), true);
            }
        }
    }

    private void addRow(Setting setting) {
        page.append("| `%s` | %s | %s | `%s` | %s |\n"
                .formatted(
                        readable(setting.key()),
                        setting.type(),
                        setting.defaultValue()
                                .map("`%s`"::formatted)
                                .orElse(setting.isOptional() ? "none" : "**required**"),
                        setting.example(),
                        comments.of(setting)));
    }

    /** The groups of settings, in order. */
    private List<Method> groups(Class<?> type) {
        return methods(type).stream()
                .filter(method -> !settings.containsKey(method))
                .toList();
    }

    private List<Method> methods(Class<?> type) {
        return comments.methods(type).stream()
                .flatMap(name -> Arrays.stream(type.getMethods())
                        .filter(method -> method.getName().equals(name) && isDeclaration(method)))
                .toList();
    }

    private static boolean isDeclaration(Method method) {
        return !method.isDefault() && !Modifier.isStatic(method.getModifiers());
    }

    /** The type of a group, or of the groups in a map. */
    private static Class<?> valueType(Method group) {
        return group.getGenericReturnType() instanceof ParameterizedType map
                ? (Class<?>) map.getActualTypeArguments()[map.getActualTypeArguments().length - 1]
                : group.getReturnType();
    }

    private static String keyOf(Method group) {
        var key = group.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        return group.getReturnType() == Map.class ? readable(key + ".*") : key;
    }

    static String readable(String key) {
        return key.replace("clients.*", "clients.<name>").replace("providers.*", "providers.\"<id>\"");
    }

    private void addQuarkus() throws IOException {
        page.append(OF_QUARKUS_HEAD);
        var lines = Files.readAllLines(PROPERTIES);
        for (var key : OF_QUARKUS) {
            var at = indexOf(lines, key);
            page.append("| `%s` | `%s` | %s |\n"
                    .formatted(key, lines.get(at).substring(key.length() + 1), commentAbove(lines, at)));
        }
    }

    private static int indexOf(List<String> lines, String key) {
        for (var at = 0; at < lines.size(); at++) {
            if (lines.get(at).startsWith(key + "=")) {
                return at;
            }
        }
        throw new IllegalStateException(key + " is not in " + PROPERTIES);
    }

    private static String commentAbove(List<String> lines, int at) {
        var comment = new ArrayList<String>();
        for (var above = at - 1; above >= 0 && lines.get(above).startsWith("# "); above--) {
            comment.addFirst(lines.get(above).substring(2));
        }
        return String.join(" ", comment);
    }
}
