/**
 * Who sends a request.
 *
 * <pre>
 *  Credential  from Authorization, a form or the identity header
 *    → KnownCallers  a broker key (Clients), or a token that was verified before; never blocks
 *    → UserTokens    any other token: TokenPolicy and SigningKeys, on a virtual thread
 *    → Caller.User, or Caller.Client with its policy
 * </pre>
 *
 * <p>{@code @Metered} counts a call against its caller's rate; mints count themselves.
 */
@NullMarked
package io.tokenbroker.caller;

import org.jspecify.annotations.NullMarked;
