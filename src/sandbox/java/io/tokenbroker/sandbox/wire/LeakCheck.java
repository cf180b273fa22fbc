package io.tokenbroker.sandbox.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps what a broker has told others, events and metrics, beside its logs, which a later run searches for secrets. Does
 * nothing without the system property {@code sandbox.logs}.
 */
public final class LeakCheck {

    private LeakCheck() {}

    /** Appends the text, and an end of line. */
    public static synchronized void keep(String file, String text) {
        var logs = System.getProperty("sandbox.logs");
        if (logs == null) {
            return;
        }
        try {
            Files.writeString(
                    Files.createDirectories(Path.of(logs)).resolve(file),
                    text + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
