package io.tokenbroker.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.doctor.Finding.Result;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The findings, for people and for programs. */
record Report(List<Finding> findings) {

    private static final ObjectMapper JSON = new ObjectMapper();

    Report {
        findings = List.copyOf(findings);
    }

    int exitCode() {
        return count(Result.FAULT) == 0 ? 0 : 1;
    }

    /** A line for each, and a line of what to do for each that is not well. */
    String table() {
        var width = findings.stream()
                .mapToInt(finding -> finding.check().label().length())
                .max()
                .orElse(1);
        return findings.stream().map(finding -> lines(finding, width)).collect(Collectors.joining("\n", "", "\n\n"))
                + "%d ok, %d warnings, %d faults; %d to ask once on the real servers (docs/doctor.md)%n"
                        .formatted(count(Result.OK), count(Result.WARNING), count(Result.FAULT), count(Result.ASK));
    }

    private static String lines(Finding finding, int width) {
        var subject = finding.subject().isEmpty() ? "" : finding.subject() + ": ";
        var line = ("%s %-" + width + "s  %s%s")
                .formatted(finding.result().sign(), finding.check().label(), subject, finding.found());
        return finding.result() == Result.OK
                ? line
                : line + "\n" + " ".repeat(width + 4) + "→ " + finding.check().remedy();
    }

    String json() {
        var report = JSON.createObjectNode();
        for (var result : Result.values()) {
            report.put(word(result), count(result));
        }
        var list = report.putArray("findings");
        findings.forEach(finding -> list.add(json(finding)));
        return report.toPrettyString() + "\n";
    }

    private static ObjectNode json(Finding finding) {
        var json = JSON.createObjectNode()
                .put("check", finding.check().label())
                .put("result", word(finding.result()))
                .put("subject", finding.subject())
                .put("found", finding.found());
        return finding.result() == Result.OK
                ? json
                : json.put("remedy", finding.check().remedy());
    }

    private static String word(Result result) {
        return result.name().toLowerCase(Locale.ROOT);
    }

    private long count(Result result) {
        return findings.stream().filter(finding -> finding.result() == result).count();
    }
}
