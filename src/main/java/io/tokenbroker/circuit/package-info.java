/** Upstreams that answer nobody are left alone for a moment. */
@NullMarked
package io.tokenbroker.circuit;

import org.jspecify.annotations.NullMarked;
