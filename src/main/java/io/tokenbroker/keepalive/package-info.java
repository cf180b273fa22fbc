/** KEEP ALIVE: a command for cron that renews the refresh tokens of accounts nobody has minted for in a long time. */
@NullMarked
package io.tokenbroker.keepalive;

import org.jspecify.annotations.NullMarked;
