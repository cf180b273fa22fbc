/** RESOLVE: the person confirms a pending link. */
@NullMarked
package io.tokenbroker.resolve;

import org.jspecify.annotations.NullMarked;
