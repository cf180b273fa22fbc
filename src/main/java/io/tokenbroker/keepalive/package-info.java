/**
 * KEEP ALIVE: renews the refresh tokens that no back end has used for {@code broker.keep-alive.after}.
 *
 * <pre>
 *  a due row → postponed, so that one replica takes it → read the link
 *    no link   noted; the row is deleted later
 *    marked    only the person can help
 *    else      refresh
 * </pre>
 *
 * <p>{@code BackgroundKeepAlive} does so in every replica. The command {@code keep-alive} does it once; with
 * {@code --discover} it first adds accounts that the store does not know. What an old key has sealed is sealed anew.
 */
@NullMarked
package io.tokenbroker.keepalive;

import org.jspecify.annotations.NullMarked;
