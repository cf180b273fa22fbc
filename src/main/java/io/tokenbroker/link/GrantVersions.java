package io.tokenbroker.link;

/** The version of an account's row in the store. An interface because the store is built on links. */
public interface GrantVersions {

    /** Not known: the store is away, or has no row of this account. */
    long UNKNOWN = 0;

    /** The version now, or {@link #UNKNOWN}. It changes with the refresh token, the sign-in and the status. Blocks. */
    long version(AccountId id);
}
