package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.IssuedSecrets;
import org.jspecify.annotations.Nullable;

/** Notes what came in from outside, so that logs can be searched for it. */
final class Secrets {

    /** Anything shorter would be found in logs by chance. */
    private static final int SHORTEST = 8;

    private Secrets() {}

    static void note(@Nullable String secret) {
        if (secret != null && secret.length() >= SHORTEST) {
            IssuedSecrets.record(secret);
        }
    }
}
