/**
 * LINK: which accounts a person has linked. FusionAuth owns that; this package reads its links, remembers each for at most
 * {@code broker.accounts.recheck-after}, and reads the link's owner with it.
 *
 * <pre>
 *   mint begins ─► fresh ──────────────► the link as last read (Remembered, in RememberedLinks)
 *                    │ too old
 *   mint ends ───► current ──► read ──► FusionAuth: link, then its user (LinkOwners); many who ask read once (SingleFlight)
 *                                       the store: the row's version
 * </pre>
 *
 * <p>{@code Unsettled} has what FusionAuth is changing, as it has told: of these, what is read counts for a second.
 *
 * <p>{@code AccountId} is the link's name for callers. {@code AheadOfTime} reads again what is in use before it is too old.
 */
@NullMarked
package io.tokenbroker.link;

import org.jspecify.annotations.NullMarked;
