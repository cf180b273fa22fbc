/**
 * EVENT: tells other programs what happens to accounts and providers.
 *
 * <pre>
 *   grant, keepalive, a provider's state
 *        │ in the transaction of the row
 *        ▼
 *   Outbox ──► events (one row for each receiver) ──► Delivery ──► POST, signed ──► 2xx: the row goes
 *                          ▲                             │
 *                          └── later, for three days ────┤ anything else
 *                                                        └──► dead: the subject's next event goes
 * </pre>
 *
 * <p>Each event is sent at least once, to each receiver that wants its type, with the same {@code webhook-id} each time, and
 * in order for each account. A row is claimed before its event is sent, so replicas share the work.
 */
@NullMarked
package io.tokenbroker.event;

import org.jspecify.annotations.NullMarked;
