package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import java.time.Instant;
import java.util.Optional;

/** What became of a rotated token. */
sealed interface Kept {

    /** It is on the account's link. */
    record Replaced(Link link) implements Kept {}

    /** It is safe on the shadow; whoever comes next puts it on the link. */
    record Shadowed(String why) implements Kept {}

    /**
     * The account was authorized again, or unlinked, meanwhile. That stands, and the token is dropped.
     *
     * @param now the link as it is now, if there is one
     */
    record Superseded(Optional<Link> now) implements Kept {}

    /**
     * FusionAuth may still be at work on a call whose answer was lost, and must not come upon the next one; the token is
     * nowhere yet.
     *
     * @param until when it must be over
     */
    record AtWork(Instant until) implements Kept {}

    /** Somebody else is writing to the account; the token is nowhere yet. */
    record Busy() implements Kept {}

    /** The user has as many links as FusionAuth allows, so there is no place for a shadow; the token is nowhere yet. */
    record NoRoom() implements Kept {}

    /** The link was removed to make room, and could not be made anew yet; the token is nowhere yet. */
    record Removed() implements Kept {}
}
