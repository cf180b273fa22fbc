package io.tokenbroker.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file of an SQLite database, which somebody may remove or replace while it is open: what is written then would be
 * gone with the next restart.
 */
final class StoreFile {

    private final Optional<Path> path;
    private @Nullable Object key;

    /** @param path empty for a database that is no file */
    StoreFile(Optional<Path> path) {
        this.path = path;
        this.key = path.map(StoreFile::key).orElse(null);
    }

    /** @throws StoreUnavailable if the file has gone */
    void require() {
        if (path.isPresent() && !Files.exists(path.get())) {
            throw new StoreUnavailable("its file has gone");
        }
    }

    /** Whether another file stands in its place since this was asked last, or none. */
    synchronized boolean isAnother() {
        var now = path.map(StoreFile::key).orElse(null);
        var another = path.isPresent() && (now == null || !now.equals(key));
        key = now;
        return another;
    }

    private static @Nullable Object key(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException gone) {
            return null;
        }
    }
}
