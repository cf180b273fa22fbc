/** The front door of OAuth's token exchange (RFC 8693), for programs that bring a client of their own; asks {@code mint}. */
@NullMarked
package io.tokenbroker.exchange;

import org.jspecify.annotations.NullMarked;
