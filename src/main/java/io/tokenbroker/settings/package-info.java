/** The settings of the contract, one interface, each with its meaning, its default and an example. */
@NullMarked
package io.tokenbroker.settings;

import org.jspecify.annotations.NullMarked;
