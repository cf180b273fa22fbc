/** {@code make bench}: what a cached mint costs beside an endpoint that does nothing, both measured in one run. */
@NullMarked
package io.tokenbroker.bench;

import org.jspecify.annotations.NullMarked;
