package io.tokenbroker.sandbox.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** A packaged broker: this one, or one that stands in for the next. */
public record BrokerVersion(Path jar) {

    public static final BrokerVersion THIS =
            new BrokerVersion(Path.of(System.getProperty("broker.jar", "target/quarkus-app/quarkus-run.jar")));

    /**
     * This version with one more script for the store's schema.
     *
     * @param folder for its jar, which names the other parts of this version
     * @param script its file name, as Flyway wants it
     */
    public static BrokerVersion withScript(Path folder, String script, String sql) {
        var newer = folder.resolve("newer.jar");
        try (var old = new JarFile(THIS.jar().toFile())) {
            var manifest = old.getManifest();
            var attributes = manifest.getMainAttributes();
            attributes.put(Attributes.Name.CLASS_PATH, absolute(attributes.getValue(Attributes.Name.CLASS_PATH)));
            try (var jar = new JarOutputStream(Files.newOutputStream(newer), manifest)) {
                for (var entry : List.of("db/", "db/migration/", "db/migration/" + script)) {
                    jar.putNextEntry(new ZipEntry(entry));
                }
                jar.write(sql.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BrokerVersion(newer);
    }

    private static String absolute(String classPath) {
        return Stream.of(classPath.split(" "))
                .map(entry -> THIS.jar()
                        .toAbsolutePath()
                        .resolveSibling(entry)
                        .toUri()
                        .toString())
                .collect(Collectors.joining(" "));
    }
}
