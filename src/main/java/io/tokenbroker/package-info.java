/**
 * A broker that hands out fresh access tokens for the accounts that FusionAuth users have linked.
 *
 * <pre>
 *  a person's browser                                    a back end
 *        │                                                   │
 *   start ──► the provider ──► complete ──► resolve        mint
 *   seals     sign-in          FusionAuth   makes a        authorize → link → cache → one refresh → keep
 *   a state   and consent      redeems the  link of a        │
 *                              code         pending one      │
 *        └──────────────┬──────────────────────┘             │
 *                    account  (links as stored, as remembered, and their state)
 *                       │                                    │
 *                  fusionauth                              tenant
 * </pre>
 *
 * Four packages are the path of a request: {@code start}, {@code complete}, {@code resolve}, {@code mint}. They know
 * {@code account} and {@code provider}, which know the upstreams: {@code fusionauth} (users, links, redemption of codes)
 * and {@code tenant} (refresh grants). Where a person consented to another resource, {@code complete} has {@code mint}
 * try it, over an interface of {@code account}. No upstream knows a feature. {@code exchange}, {@code managedidentity} and
 * {@code azd} are more doors to {@code mint}, for programs that cannot be changed. {@code keepalive} is a command beside
 * them that mints for nobody. {@code caller}, {@code circuit},
 * {@code policy}, {@code problem}, {@code seal}, {@code settings} and {@code ops} serve all.
 *
 * <p>FusionAuth is the only database. Everything in memory may be lost at any instant without losing an account.
 */
@NullMarked
package io.tokenbroker;

import org.jspecify.annotations.NullMarked;
