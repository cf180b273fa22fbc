/** The little HTTP that the stand-ins need: a server, a request, a reply. */
@NullMarked
package io.tokenbroker.sandbox.wire;

import org.jspecify.annotations.NullMarked;
