/** Spans of time, and waiting, which is injected as the clock is, so that a test need not wait. */
@NullMarked
package io.tokenbroker.time;

import org.jspecify.annotations.NullMarked;
