/**
 * {@code Window}: a span of time that a clock set back does not prolong. {@code Sleeper}: waiting, injected, so that tests need
 * not wait. The clock itself is made in {@code ops.Time}.
 */
@NullMarked
package io.tokenbroker.time;

import org.jspecify.annotations.NullMarked;
