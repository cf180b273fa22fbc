/** MINT: a fresh access token for a linked account, from memory or by a refresh grant. */
@NullMarked
package io.tokenbroker.mint;

import org.jspecify.annotations.NullMarked;
