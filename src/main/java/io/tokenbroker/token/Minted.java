package io.tokenbroker.token;

import java.util.Locale;

/** A token for the caller, and where it came from. */
public record Minted(AccessToken token, Source source) {

    public enum Source {
        CACHE,
        REFRESH,
        STALE;

        /** As callers and metrics have it. */
        public final String word = name().toLowerCase(Locale.ROOT);
    }
}
