package io.tokenbroker.seal;

import io.tokenbroker.support.Settings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;

/** Sealers of the production class with keys that a test names. */
public final class TestSealers {

    private TestSealers() {}

    /** @param keys words, the first of which seals; each stands for a key of its own */
    public static ColumnSealer with(String... keys) {
        var encoded = Arrays.stream(keys).map(TestSealers::key).collect(Collectors.joining(","));
        return new ColumnSealer(new SealingKeys(Settings.of(Map.of("broker.sealing-keys", encoded))));
    }

    private static String key(String word) {
        var bytes = Arrays.copyOf(word.getBytes(StandardCharsets.UTF_8), 32);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
