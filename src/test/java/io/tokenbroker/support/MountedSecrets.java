package io.tokenbroker.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;

/**
 * Secrets as Kubernetes mounts them: each file is a symbolic link through the link {@code ..data}, which is swapped for another
 * as a whole.
 */
public final class MountedSecrets {

    private static final String LOOP = "a link to itself";

    private final Map<String, String> atFirst;
    private final Map<String, String> now;
    private final Path folder;

    public MountedSecrets(Map<String, String> contents) {
        atFirst = Map.copyOf(contents);
        now = new TreeMap<>(contents);
        try {
            folder = Files.createTempDirectory("mounted-secrets").toAbsolutePath();
            swap();
            for (var name : contents.keySet()) {
                Files.createSymbolicLink(file(name), Path.of("..data", name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    public String content(String name) {
        return String.valueOf(now.get(name));
    }

    public void put(String name, String content) {
        now.put(name, content);
        swap();
    }

    /** It is neither there nor gone: whoever looks is told of an error, as by a volume that is away. */
    public void hide(String name) {
        put(name, LOOP);
    }

    public void remove(String name) {
        now.remove(name);
        swap();
    }

    public boolean areChanged() {
        return !now.equals(atFirst);
    }

    /** As they were at first. */
    public void putBack() {
        now.putAll(atFirst);
        swap();
    }

    private void swap() {
        try {
            var data = Files.createTempDirectory(folder, "..data-");
            for (var secret : now.entrySet()) {
                var file = data.resolve(secret.getKey());
                if (secret.getValue().equals(LOOP)) {
                    Files.createSymbolicLink(file, file.getFileName());
                } else {
                    Files.writeString(file, secret.getValue() + "\n");
                }
            }
            var link = Files.createSymbolicLink(folder.resolve("..data_tmp"), data.getFileName());
            Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
