/**
 * Bounds the caches of what callers and upstreams send.
 *
 * <pre>
 *  broker.memory.caches → CacheBudget → a percentage for each Share
 * </pre>
 *
 * <p>A full cache drops what is used least. A new cache needs a {@code Share}; together they are 100.
 */
@NullMarked
package io.tokenbroker.memory;

import org.jspecify.annotations.NullMarked;
