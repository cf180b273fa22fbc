/** FusionAuth, one of the two upstreams. The types of its own client print tokens and never leave this package. */
@NullMarked
package io.tokenbroker.fusionauth;

import org.jspecify.annotations.NullMarked;
