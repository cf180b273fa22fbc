package io.tokenbroker.database;

/** The database did not answer a moment ago, so it was not asked. Says nothing of whether it answers now. */
final class NotAsked extends StoreUnavailable {

    private static final long serialVersionUID = 1;

    NotAsked() {
        super("it did not answer a moment ago");
    }
}
