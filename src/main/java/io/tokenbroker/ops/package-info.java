/** What runs the broker: clock, threads, request ids, health, start-up checks, the OpenAPI document. */
@NullMarked
package io.tokenbroker.ops;

import org.jspecify.annotations.NullMarked;
