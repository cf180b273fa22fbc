/**
 * What stands between the broker and an upstream.
 *
 * <pre>
 *  Bulkhead        so many calls at once, and so many of one caller; the others queue
 *  Bulkhead.Turns  few threads for the work of many callers: those of the store
 *  Circuit         opens after failures in a row of several people
 *  Calls           times each call, and shows it in the trace of its request
 *  EgressPolicy    secrets go by https, to public addresses (AddressKind)
 *  OutboundProxy   HTTPS_PROXY and NO_PROXY
 *  OutboundConnections  go through that proxy, and are judged by EgressPolicy once they stand
 *  Cleartext       which settings lead to another machine without TLS
 *  Deadline        bounds a whole exchange
 * </pre>
 */
@NullMarked
package io.tokenbroker.upstream;

import org.jspecify.annotations.NullMarked;
