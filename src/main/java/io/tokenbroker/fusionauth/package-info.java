/** FusionAuth, one of the two upstreams: identity providers, Complete, links. The vendor's client and its types, which print tokens, never leave this package. */
@NullMarked
package io.tokenbroker.fusionauth;

import org.jspecify.annotations.NullMarked;
