/**
 * LINK: which accounts a person has linked. FusionAuth owns that; this package reads its links, remembers each for at most
 * {@code broker.accounts.recheck-after}, and reads the link's owner with it.
 *
 * <pre>
 *   mint begins ─► fresh ──────────────► the link as last read
 *                    │ too old
 *   mint ends ───► current ──► read ──► FusionAuth: link, then its user
 *                                       the store: the row's version
 * </pre>
 */
@NullMarked
package io.tokenbroker.link;

import org.jspecify.annotations.NullMarked;
