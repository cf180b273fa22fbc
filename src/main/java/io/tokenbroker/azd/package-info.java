/** The front door for azd, the Azure Developer CLI: its external authentication, as it is. Asks {@code mint}. */
@NullMarked
package io.tokenbroker.azd;

import org.jspecify.annotations.NullMarked;
