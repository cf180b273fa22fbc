package io.tokenbroker.faults;

/** What a provider does with a refresh token that was used. */
enum Kind {
    /** It stays good (Entra). */
    REUSABLE("reusable"),
    /** It is dead: the next one is the only one. */
    SINGLE_USE("single-use");

    private final String word;

    Kind(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
