/**
 * Linked accounts as their users and clients see them. Users see their own; a client names the user, and sees what its policy
 * allows.
 *
 * <pre>
 *  list, get    read the links from FusionAuth → is the owner active? → look at the row → status
 *  unlink       under the lock: delete the link → is it gone? → delete the row → forget the link → audit
 *  authorized   after a sign-in (complete, resolve): forget the link → start the row over
 * </pre>
 *
 * <p>An operator's client lists the accounts of all users, from the store alone:
 *
 * <pre>
 *  AllAccounts     status, limit, cursor → may the client? → page → next cursor, sealed
 *  StoredAccounts  rows by account id, 200 at a time, ten times at most → of the client's providers, with a link → accounts
 * </pre>
 * <p>{@code VisibleAccounts} says which accounts exist for a caller, also to {@code activity}.
 *
 * <p>{@code AccountLocks} (in {@code Accounts}): the links of one user at one provider change one at a time. The status is
 * active, reauthorization_required (the row is marked) or no_refresh_token; while the store is away, active.
 */
@NullMarked
package io.tokenbroker.account;

import org.jspecify.annotations.NullMarked;
