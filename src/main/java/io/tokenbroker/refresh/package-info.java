/**
 * One refresh grant for all who want the same token at the same time, in this process and over all replicas.
 *
 * <pre>
 *   mint                    RefreshAhead: tokens in use that are due
 *     │                          │
 *   SharedRefresh ◄──────────────┘     joins a refresh of the same under way; TokenCache, RecentOutcomes
 *     │                     Renewals: what no back end mints for
 *     │                          │
 *   Refresher ◄──────────────────┘     looks at the row until there is an end:
 *     │
 *     ├─ its access token does     ──► RefreshResult.Arrived, from the cache
 *     ├─ it is marked as refused   ──► Missed
 *     ├─ another replica's lease   ──► LeaseWaits, then look again; at last Busy
 *     └─ RefreshAttempt            ──► LeasedAttempt takes the lease and asks the tenant; IdentityCheck refuses a token of
 *                                      another account; Lease keeps both tokens and ends
 * </pre>
 */
@NullMarked
package io.tokenbroker.refresh;

import org.jspecify.annotations.NullMarked;
