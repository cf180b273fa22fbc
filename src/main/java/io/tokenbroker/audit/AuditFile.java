package io.tokenbroker.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file at a path, whichever that is now: one that was renamed, as by logrotate, or deleted is followed by a new one.
 * Lines are handed to the system, which writes them to the disk when it likes.
 */
final class AuditFile {

    private static final FileAttribute<?>[] PERMISSIONS =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"))
                    }
                    : new FileAttribute<?>[0];

    private final Path path;
    private @Nullable FileOutputStream open;
    private @Nullable Object key;

    AuditFile(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** Makes sure that there is such a file, and that it can be opened. */
    synchronized void require() throws IOException {
        opened();
    }

    /** @param line without its end */
    synchronized void append(String line) throws IOException {
        try {
            opened().write((line + "\n").getBytes(US_ASCII));
        } catch (IOException e) {
            // Perhaps in the middle of a line: the next one opens it anew, and looks.
            close();
            throw e;
        }
    }

    private FileOutputStream opened() throws IOException {
        var there = keyNow();
        if (open != null && there != null && there.equals(key)) {
            return open;
        }
        close();
        if (there == null) {
            Files.createDirectories(
                    Objects.requireNonNullElse(path.toAbsolutePath().getParent(), path));
            Files.createFile(path, PERMISSIONS);
        }
        var out = new FileOutputStream(path.toFile(), true);
        open = out;
        key = keyNow();
        if (endsWithinALine()) {
            out.write('\n');
        }
        return out;
    }

    /** After a full disk, or the end of a process, a line may have only its beginning. */
    private boolean endsWithinALine() throws IOException {
        try (var file = new RandomAccessFile(path.toFile(), "r")) {
            if (file.length() == 0) {
                return false;
            }
            file.seek(file.length() - 1);
            return file.read() != '\n';
        }
    }

    private void close() {
        if (open != null) {
            try {
                open.close();
            } catch (IOException ignored) {
                // What was written is the system's.
            }
            open = null;
        }
    }

    private @Nullable Object keyNow() {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException gone) {
            return null;
        }
    }
}
