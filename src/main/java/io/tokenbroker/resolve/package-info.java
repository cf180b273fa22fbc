/**
 * RESOLVE: the person confirms a pending link.
 *
 * <pre>
 *  POST /authorizations/resolve
 *  open the pending link → under the lock: is it linked to this user already? → done
 *    else: limit reached? → FusionAuth makes the link → read it again
 *  → start the row over → linked
 * </pre>
 *
 * <p>A second try succeeds too, for a link of this user counts.
 */
@NullMarked
package io.tokenbroker.resolve;

import org.jspecify.annotations.NullMarked;
