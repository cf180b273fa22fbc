/**
 * The front door for OAuth clients and gateways: token exchange (RFC 8693), and metadata (RFC 8414) at
 * {@code /.well-known/oauth-authorization-server}.
 *
 * <pre>
 *  POST /oauth2/token, POST /accounts/{id}/oauth2/token
 *  the caller's rate → does client_id match? → read the form (ExchangeRequest)
 *  → verify subject_token, if sent → choose the account (NamedAccounts)
 *  → do scope and resource agree? → mint → ExchangeAnswer
 * </pre>
 *
 * <p>Refusals have the form {@code ErrorShape.OAUTH}.
 */
@NullMarked
package io.tokenbroker.exchange;

import org.jspecify.annotations.NullMarked;
