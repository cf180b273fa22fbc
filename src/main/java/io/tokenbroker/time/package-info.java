/** Waiting, given from outside as the clock is, so that a test need not wait. */
@NullMarked
package io.tokenbroker.time;

import org.jspecify.annotations.NullMarked;
