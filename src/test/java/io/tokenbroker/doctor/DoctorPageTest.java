package io.tokenbroker.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/doctor.md has every check, its cause, and what the doctor says to do. */
class DoctorPageTest {

    private static final Pattern ROW =
            Pattern.compile("^\\| ([^|]+) \\| [^|]{10,} \\| ([^|]+) \\|$", Pattern.MULTILINE);

    @Test
    void everyCheckHasARowWithItsRemedyAndNoRowIsOfAnother() throws IOException {
        var page = Files.readString(Path.of("docs/doctor.md"));
        var rows = ROW.matcher(page.substring(page.indexOf("## Settings")))
                .results()
                .map(row -> row.group(1) + ": " + row.group(2))
                .filter(row -> !row.startsWith("check: "))
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(Arrays.stream(Check.values())
                        .map(check -> check.label() + ": " + check.remedy())
                        .toList());
    }
}
