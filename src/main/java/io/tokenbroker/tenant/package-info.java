/** The identity provider's token endpoint, the other upstream: refresh grants, and the only reader of OAuth errors. */
@NullMarked
package io.tokenbroker.tenant;

import org.jspecify.annotations.NullMarked;
