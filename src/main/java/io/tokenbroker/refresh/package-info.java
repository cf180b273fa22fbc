/**
 * Access tokens: what they are for, the ones in memory, and one refresh grant for all who want the same at the same time, in
 * this process and over all replicas.
 *
 * <pre>
 *   mint                    RefreshAhead (SharedRefresh): tokens in use that are due
 *     │                          │
 *   SharedRefresh ◄──────────────┘     joins a refresh of the same under way; TokenCache, RecentOutcomes
 *     │                     Renewals: what no back end mints for
 *     │                          │
 *   Refresher ◄──────────────────┘     looks at the row until there is an end:
 *     │
 *     ├─ its access token does     ──► Arrived (Acceptance), from the cache
 *     ├─ it is marked as refused   ──► Missed
 *     ├─ another replica's lease   ──► LeaseWaits, then look again; at last Busy
 *     └─ RefreshAttempt            ──► LeasedAttempt takes the lease and asks the tenant; IdentityCheck refuses a token of
 *                                      another account; Lease keeps both tokens and ends
 * </pre>
 *
 * <p>{@code TokenSpec} says who and what a token is for, {@code AccessToken} holds one, {@code TokenCache} those in memory: by
 * account, sign-in, scopes and claims. It is read only after the caller was authorized.
 */
@NullMarked
package io.tokenbroker.refresh;

import org.jspecify.annotations.NullMarked;
