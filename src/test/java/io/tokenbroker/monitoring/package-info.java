/** What deploy/monitoring has, held against the broker's metrics and by Prometheus' own tool. */
@NullMarked
package io.tokenbroker.monitoring;

import org.jspecify.annotations.NullMarked;
