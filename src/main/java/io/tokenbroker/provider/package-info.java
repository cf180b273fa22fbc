/** The identity providers a person may connect accounts of, live from FusionAuth or from the settings. */
@NullMarked
package io.tokenbroker.provider;

import org.jspecify.annotations.NullMarked;
