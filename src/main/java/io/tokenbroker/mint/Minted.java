package io.tokenbroker.mint;

/** A token for the caller, and where it came from. */
public record Minted(AccessToken token, Source source) {

    public enum Source {
        CACHE,
        REFRESH,
        STALE
    }
}
