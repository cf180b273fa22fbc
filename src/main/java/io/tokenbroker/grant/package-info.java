/**
 * GRANT: what an account's authorization grant has become. FusionAuth's link holds the refresh token of the sign-in, where
 * each grant begins; the row of the account holds the newest one, its state, and the access tokens that replicas share.
 * {@code Grants} is what others call, a {@code Lease} ends an attempt, {@code GrantStore} has the rows, {@code GrantCensus} counts them.
 *
 * <pre>
 *   look ──► Counting ──► a shared access token, a mark, or a lease of another attempt
 *     │          └─ free ──► lease ──► send (tenant) ──► keep: next token, access token, end of the lease
 *     │                        │                │
 *     │                        │                └─ refused or failed ──► mark, or release
 *     │                        └─ not the row that was seen ──► look again
 *     └────► Foreign ──► read the link again ──► start over from its token ──► look again
 * </pre>
 *
 * <p>The rules, which {@code docs/store.md} explains and a model checks:
 * <ol>
 *   <li>FusionAuth decides who: without a link the row gives nothing. A mint never deletes it.
 *   <li>A row counts for one link and one sign-in; each statement that reads a token says so in its condition.
 *   <li>A newer sign-in wins, and newer is never guessed: row first, then the link, then a write conditional on the version.
 *   <li>One attempt at a time, by a lease that is the last statement before the send.
 *   <li>Each write is conditional on the version that was read, and within a lease on its owner.
 *   <li>A new refresh token is stored before its access token is handed out.
 *   <li>While the store is away, tokens that are spent by their use are not spent, and no grant is started over.
 * </ol>
 */
@NullMarked
package io.tokenbroker.grant;

import org.jspecify.annotations.NullMarked;
