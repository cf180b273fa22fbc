/**
 * {@code Window}: a span of time that a clock set back does not prolong. {@code Sleeper}: waiting, injected, so that tests need
 * not wait. {@code Time} alone asks the system for the time.
 */
@NullMarked
package io.tokenbroker.time;

import org.jspecify.annotations.NullMarked;
