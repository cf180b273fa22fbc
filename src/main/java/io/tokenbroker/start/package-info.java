/** START: the authorization request. A sealed state carries everything the next step needs. */
@NullMarked
package io.tokenbroker.start;

import org.jspecify.annotations.NullMarked;
