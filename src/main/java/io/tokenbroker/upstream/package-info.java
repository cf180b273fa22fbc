/** Protects the broker from a slow or failing upstream: a bulkhead with a queue, and a circuit breaker around it. */
@NullMarked
package io.tokenbroker.upstream;

import org.jspecify.annotations.NullMarked;
