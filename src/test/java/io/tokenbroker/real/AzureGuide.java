package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.docs.CodeBlock;
import io.tokenbroker.docs.Documents;
import io.tokenbroker.sandbox.process.BrokerVersion;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** docs/getting-started-azure.md beside a stack that runs: its proofs, and its commands. */
final class AzureGuide {

    private static final Path PAGE = Path.of("docs/getting-started-azure.md");
    private static final Pattern PROOF = Pattern.compile("(?m)^\\| ([✓!?]) (`[^|]+`) \\|");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final Map<String, String> RESULTS = Map.of("✓", "ok", "!", "warning", "?", "ask");

    private AzureGuide() {}

    /**
     * The doctor says every line that the guide shows, with its sign, and warns of nothing.
     *
     * @param environment the broker's; {@code settings} hold no secret, for they are in the command
     */
    static void assertProvenByTheDoctor(Map<String, String> environment, Map<String, String> settings)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        settings.forEach((key, value) -> command.add("-D%s=%s".formatted(key, value)));
        command.addAll(List.of("-jar", BrokerVersion.THIS.jar().toString(), "doctor", "--json"));

        var ended = Program.run(Path.of("."), environment, command.toArray(String[]::new));

        assertThat(ended.exitCode()).as(ended.output()).isZero();
        var report = new ObjectMapper().readTree(ended.output());
        assertThat(report.path("warning").asInt()).as(ended.output()).isZero();
        assertThat(PROOF.matcher(Files.readString(PAGE)).results())
                .hasSizeGreaterThan(20)
                .allSatisfy(proof -> assertThat(NAME.matcher(proof.group(2)).results())
                        .allSatisfy(name -> assertThat(results(report, name.group(1)))
                                .as(name.group(1))
                                .containsOnly(RESULTS.get(proof.group(1)))));
    }

    private static List<String> results(JsonNode report, String check) {
        return StreamSupport.stream(report.path("findings").spliterator(), false)
                .filter(finding -> finding.path("check").asText().equals(check))
                .map(finding -> finding.path("result").asText())
                .toList();
    }

    /** What the commands of its last step print, with these addresses in place of its own. */
    static Program mint(Path folder, String user, String key, URI broker, URI subscriptions) throws IOException {
        List.of("curl", "jq").forEach(program -> Program.require(program, PAGE.toString()));
        Files.writeString(folder.resolve(".env"), "DEMO_CLIENT_KEY=%s\n".formatted(key));
        var script = Documents.blocks(PAGE).stream()
                .map(CodeBlock::text)
                .filter(text -> text.contains("curl"))
                .collect(Collectors.joining("\n"))
                .replace("the-users-id", user)
                .replace("http://localhost:8080", broker.toString())
                .replaceAll("https://management\\.azure\\.com/\\S+(?=')", subscriptions.toString());
        return Program.run(folder, Map.of(), "sh", "-euc", script);
    }
}
