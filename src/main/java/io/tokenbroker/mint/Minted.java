package io.tokenbroker.mint;

/** A token for the caller, and where it came from. */
record Minted(AccessToken token, Source source) {

    enum Source {
        CACHE,
        REFRESH,
        STALE
    }
}
