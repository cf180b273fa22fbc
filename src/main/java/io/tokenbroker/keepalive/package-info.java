/**
 * KEEP ALIVE: renews the refresh tokens of accounts that no back end has minted for in a month, deletes rows whose link has
 * gone, seals anew what an old key has sealed. Every replica does so in the background; {@code keep-alive} is a pass by hand.
 */
@NullMarked
package io.tokenbroker.keepalive;

import org.jspecify.annotations.NullMarked;
