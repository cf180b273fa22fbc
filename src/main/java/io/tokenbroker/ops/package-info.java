/** What runs the broker: its start and the checks of the settings, clock, background work, health, log. */
@NullMarked
package io.tokenbroker.ops;

import org.jspecify.annotations.NullMarked;
