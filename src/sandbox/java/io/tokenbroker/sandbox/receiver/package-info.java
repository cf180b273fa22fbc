/** A program that is told of the broker's events. */
@NullMarked
package io.tokenbroker.sandbox.receiver;

import org.jspecify.annotations.NullMarked;
