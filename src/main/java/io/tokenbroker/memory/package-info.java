/** The memory of the caches: one budget, in fixed shares, weighed in bytes. */
@NullMarked
package io.tokenbroker.memory;

import org.jspecify.annotations.NullMarked;
