/** What a token is asked for, and the access tokens in memory. */
@NullMarked
package io.tokenbroker.token;

import org.jspecify.annotations.NullMarked;
