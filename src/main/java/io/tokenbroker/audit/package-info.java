/**
 * The audit log: one event, a line of JSON, for whatever is done to an account, and for what is refused.
 * {@code docs/audit.md} has its schema.
 *
 * <pre>
 *  mint ─────────────── write, then the token leaves ──┐
 *  link, unlink, renew  write ─────────────────────────┼──► AuditFile, if there is one
 *  refusals ──────────► write soon (a queue) ──────────┤      │ cannot be written
 *    │ too many                                        │      │
 *  hits, 429 ─────────► sum ── a minute later ─────────┘      ▼
 *                                                           the log, category io.tokenbroker.audit
 * </pre>
 *
 * <p>An {@code Origin} goes with each request: door, id, address. {@code Refusals} hears from {@code problem} of each refusal that
 * leaves, and tells of those that {@code mint} has not told of already.
 */
@NullMarked
package io.tokenbroker.audit;

import org.jspecify.annotations.NullMarked;
