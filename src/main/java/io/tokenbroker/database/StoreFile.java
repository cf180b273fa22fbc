package io.tokenbroker.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The file of an SQLite database, which somebody may remove or replace while it is open: what is written then would be
 * gone with the next restart.
 */
final class StoreFile {

    private final Path path;
    private @Nullable Object key;

    StoreFile(Path path) {
        this.path = path;
        this.key = keyNow();
    }

    /** @throws StoreUnavailable if the file has gone */
    void require() {
        if (!Files.exists(path)) {
            throw new StoreUnavailable("its file has gone");
        }
    }

    /** Whether another file stands in its place since this was asked last, or none. */
    synchronized boolean isAnother() {
        var before = key;
        key = keyNow();
        return key == null || !key.equals(before);
    }

    private @Nullable Object keyNow() {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException gone) {
            return null;
        }
    }
}
