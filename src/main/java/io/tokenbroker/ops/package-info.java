/** What runs the broker: clock, threads, request ids, health, start-up checks, the contract as it is served. */
@NullMarked
package io.tokenbroker.ops;

import org.jspecify.annotations.NullMarked;
