/**
 * Protects the broker from a slow or failing upstream: a bulkhead in which callers take turns, and a
 * circuit breaker around it.
 */
@NullMarked
package io.tokenbroker.upstream;

import org.jspecify.annotations.NullMarked;
