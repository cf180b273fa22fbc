package io.tokenbroker.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file at a path, whatever others do to it. */
class AuditFileTest {

    @TempDir
    Path folder = Path.of("");

    @Test
    void itIsMadeWithItsFolderAndOthersMayNotReadIt() throws IOException {
        var path = folder.resolve("a/b/audit.jsonl");

        new AuditFile(path).append("one");

        assertThat(path).hasContent("one\n");
        assertThat(Files.getPosixFilePermissions(path))
                .noneMatch(may -> may.name().startsWith("OTHERS"));
    }

    @Test
    void aRenamedFileIsFollowedByANewOne() throws IOException {
        var path = folder.resolve("audit.jsonl");
        var file = new AuditFile(path);
        file.append("one");

        Files.move(path, folder.resolve("audit.jsonl.1"));
        file.append("two");

        assertThat(folder.resolve("audit.jsonl.1")).hasContent("one\n");
        assertThat(path).hasContent("two\n");
    }

    @Test
    void aDeletedFileIsFollowedByANewOne() throws IOException {
        var path = folder.resolve("audit.jsonl");
        var file = new AuditFile(path);
        file.append("one");

        Files.delete(path);
        file.append("two");

        assertThat(path).hasContent("two\n");
    }

    @Test
    void whatIsThereStaysAndABrokenLineIsEnded() throws IOException {
        var path = folder.resolve("audit.jsonl");
        Files.writeString(path, "one\n{\"tim");

        new AuditFile(path).append("two");

        assertThat(path).hasContent("one\n{\"tim\ntwo\n");
    }

    @Test
    void aFullDiskIsSaid() {
        var file = new AuditFile(Path.of("/dev/full"));

        assertThatThrownBy(() -> file.append("one")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> file.append("two")).isInstanceOf(IOException.class);
    }

    @Test
    void aFileThatCannotBeOpenedIsSaidAndTriedAgain() throws IOException {
        var path = folder.resolve("audit.jsonl");
        var file = new AuditFile(path);
        file.append("one");
        Files.move(path, folder.resolve("audit.jsonl.1"));
        Files.createDirectory(path);

        assertThatThrownBy(() -> file.append("two")).isInstanceOf(IOException.class);
        Files.delete(path);
        file.append("three");

        assertThat(path).hasContent("three\n");
    }
}
