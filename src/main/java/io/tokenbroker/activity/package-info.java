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
 * <p>No mint waits for the table. It keeps 90 days and 1,000 rows of each account. Refusals are deleted first, the oldest of the
 * client that has most, then the rows used longest ago. A refusal names its resource only if the client's policy permits that
 * resource, and few of each client.
 */
@NullMarked
package io.tokenbroker.activity;

import org.jspecify.annotations.NullMarked;
