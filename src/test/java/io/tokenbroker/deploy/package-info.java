/** What {@code deploy} holds, against the image, the settings and a broker that starts with it. */
@NullMarked
package io.tokenbroker.deploy;

import org.jspecify.annotations.NullMarked;
