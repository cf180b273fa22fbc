/**
 * A broker that hands out fresh access tokens for the accounts that FusionAuth users have linked.
 *
 * <pre>
 *  a person's browser                                    a back end
 *        │                                                   │
 *   start ──► the provider ──► complete ──► resolve        mint ─────────► refresh
 *   seals     sign-in          FusionAuth   makes a        authorize,       one for all: the store,
 *   a state   and consent      redeems the  link of a      link, memory     the tenant, keep
 *                              code         pending one      │
 *        └──────────────┬──────────────────────┘             │
 *                    account  (list, read, unlink, state)    │
 *                       ├────────────────────────────────────┤
 *                     link                grant              │
 *            who has linked what    what a grant has become  │
 *                       │                   │                │
 *                  fusionauth           database          tenant
 *                  (upstream)     (SQLite, PostgreSQL)  (upstream)
 * </pre>
 *
 * A person's path is {@code start}, {@code complete}, {@code resolve}; a back end's is {@code mint}, {@code refresh}.
 * {@code door} has more doors to {@code mint}, for programs that cannot be changed. {@code account} and {@code link} say
 * which accounts there are, {@code provider} at which identity providers. Only {@code refresh}, {@code account},
 * {@code keepalive} and {@code webhook} use {@code grant}, the store's rows, over {@code database}. {@code fusionauth} and {@code tenant} call the two
 * upstreams, and know none of these. Where a person consented to another resource, {@code complete} has {@code mint} try
 * it, over an interface of {@code account}. {@code keepalive} renews in the background what no back end has minted for.
 * {@code doctor} looks at the surroundings of a broker that need not run.
 * {@code webhook} hears of changes from FusionAuth, and makes the others forget what they read before. {@code audit} and
 * {@code activity} tell what was done. {@code http} is the edge before all of them. {@code caller}, {@code policy}, {@code problem}, {@code seal},
 * {@code settings}, {@code time}, {@code upstream} and {@code ops} serve all.
 *
 * <p>FusionAuth owns who a person is and which accounts are linked; each grant begins with its link's token. The store owns
 * what the grant has become since. Everything in memory may be lost at any instant without losing an account, but for a
 * token that the store did not take yet.
 */
@NullMarked
package io.tokenbroker;

import org.jspecify.annotations.NullMarked;
