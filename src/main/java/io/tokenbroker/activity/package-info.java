/**
 * Who has used an account: which client, for which resource, by which door, how it ended, how often and when.
 *
 * <pre>
 *  a hit ──────► one counter, in memory ─┐ each five seconds
 *  any other ──► Uses, in memory ────────┴──► table activity ──► GET /accounts/{id}/activity
 *                                        │
 *                                        └ hits ► audit, which sums them by the minute
 * </pre>
 *
 * <p>No mint waits for the table. It keeps 90 days, and of each account 1,000 rows: those of tokens that were used last, then
 * those of refusals, whose resource is there if the policy permits it.
 */
@NullMarked
package io.tokenbroker.activity;

import org.jspecify.annotations.NullMarked;
