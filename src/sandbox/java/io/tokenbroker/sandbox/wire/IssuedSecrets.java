package io.tokenbroker.sandbox.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Every secret the stand-ins gave out or were shown: codes, verifiers, tokens, keys. With the system property
 * {@code sandbox.secrets} each is also written to that file, a line each, so that a later run can search the broker's
 * logs for them.
 */
public final class IssuedSecrets {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Set<String> ALL = ConcurrentHashMap.newKeySet();

    private IssuedSecrets() {}

    /** Remembers a secret and returns it. */
    public static String record(String secret) {
        if (!secret.isBlank() && ALL.add(secret)) {
            append(secret);
        }
        return secret;
    }

    /** All that this process knows of. */
    public static Set<String> all() {
        return Set.copyOf(ALL);
    }

    /** A new secret of 256 bits, URL-safe, remembered; {@code prefix} tells people what it is. */
    public static String fresh(String prefix) {
        var bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return record(prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    private static void append(String secret) {
        var file = System.getProperty("sandbox.secrets");
        if (file == null) {
            return;
        }
        try {
            var path = Path.of(file);
            Files.createDirectories(path.toAbsolutePath().getParent());
            synchronized (IssuedSecrets.class) {
                Files.writeString(path, secret + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
