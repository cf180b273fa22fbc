package io.tokenbroker.fusionauth;

/** How the deletion of a link ended. */
public sealed interface LinkDeletion {

    record Deleted() implements LinkDeletion {}

    /** Somebody else has deleted it before. */
    record NotThere() implements LinkDeletion {}

    /**
     * It may be gone or not; reading tells.
     *
     * @param over whether the request has ended, if not well; otherwise FusionAuth may still be at work on it
     */
    record InDoubt(boolean over) implements LinkDeletion {}

    /** Whether FusionAuth is done with it, however it ended. */
    default boolean isOver() {
        return !(this instanceof InDoubt(var over)) || over;
    }
}
