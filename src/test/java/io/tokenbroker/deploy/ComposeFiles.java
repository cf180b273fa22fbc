package io.tokenbroker.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tokenbroker.real.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** The files of {@code deploy/compose}, read as Compose reads them. */
public final class ComposeFiles {

    public static final Path FOLDER = Path.of("deploy/compose");
    public static final Path KICKSTART = FOLDER.resolve("kickstart/kickstart.json");

    static final Path COMPOSE = FOLDER.resolve("compose.yaml");
    static final Path EXAMPLE = FOLDER.resolve(".env.example");

    /** Braced, as all of ours are; behind the name may be what to do without a value. */
    static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)(?::[?-]([^}]*))?}");

    private static final Pattern ASSIGNMENT = Pattern.compile("(\\w+)=(.*)");
    private static final Pattern HEREDOC = Pattern.compile("(?s)<<'SQL'\\n(.*)\\nSQL\\n");

    private ComposeFiles() {}

    /** What {@code ./new-env} prints, with these values filled in. */
    public static Map<String, String> newEnvironment(Map<String, String> filledIn) {
        var printed = Program.run(FOLDER, Map.of(), "./new-env");
        if (printed.exitCode() != 0) {
            throw new AssertionError(printed.output());
        }
        var environment = assignments(printed.output().lines().toList());
        environment.putAll(filledIn);
        return environment;
    }

    static Map<String, String> example() {
        return assignments(text(EXAMPLE).lines().toList());
    }

    /** One service, as it is written. */
    static JsonNode service(String name) {
        return services().path(name);
    }

    static JsonNode services() {
        return yaml(text(COMPOSE)).path("services");
    }

    /** The environment of a service. */
    public static Map<String, String> environment(String service, Map<String, String> variables) {
        var environment = new TreeMap<String, String>();
        service(service)
                .path("environment")
                .properties()
                .forEach(variable -> environment.put(
                        variable.getKey(), filled(variable.getValue().asText(), variables)));
        return environment;
    }

    /** The command of a service, word by word. */
    public static List<String> entrypoint(String service) {
        return StreamSupport.stream(service(service).path("entrypoint").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** What PostgreSQL's first start does for the broker. */
    public static List<String> storeStatements(String password) {
        var sql = HEREDOC.matcher(text(FOLDER.resolve("postgres/store.sh")));
        if (!sql.find()) {
            throw new AssertionError("store.sh has no SQL");
        }
        return List.of(sql.group(1).replace(":'password'", "'" + password + "'").split(";\\s*", -1)).stream()
                .filter(statement -> !statement.isBlank())
                .toList();
    }

    static JsonNode yaml(String text) {
        try {
            return new YAMLMapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String filled(String value, Map<String, String> variables) {
        return VARIABLE.matcher(value)
                .replaceAll(variable -> Optional.ofNullable(variables.get(variable.group(1)))
                        .orElseThrow(() -> new AssertionError(variable.group(1) + " has no value"))
                        .replace("$", "\\$"));
    }

    private static Map<String, String> assignments(List<String> lines) {
        var assignments = new LinkedHashMap<String, String>();
        lines.stream()
                .map(ASSIGNMENT::matcher)
                .filter(line -> line.matches())
                .forEach(line -> assignments.put(line.group(1), line.group(2)));
        return assignments;
    }
}
