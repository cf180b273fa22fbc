/** The settings of the contract, one interface, checked as a whole at start. */
@NullMarked
package io.tokenbroker.settings;

import org.jspecify.annotations.NullMarked;
