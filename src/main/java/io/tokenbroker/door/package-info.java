/**
 * Front doors for programs that cannot be changed: each reads a mint in its own words, asks {@code mint}, and answers in them.
 *
 * <pre>
 *  POST /oauth2/token, POST /accounts/{id}/oauth2/token   token exchange (RFC 8693), for OAuth clients and gateways
 *    the caller's rate → client_id? → the form (ExchangeRequest) → verify subject_token, if sent
 *    → choose the account (NamedAccounts) → do scope and resource agree? → mint → ExchangeAnswer
 *  GET /.well-known/oauth-authorization-server            its metadata (RFC 8414)
 *
 *  GET /msi/token, GET /accounts/{id}/msi/token           managed identity, for Azure SDKs
 *    the query (TokenQuery) → the caller's rate → mint → TokenResponse
 *
 *  POST /azd/token                                        external authentication, for the Azure Developer CLI
 *    api-version? → the caller's rate → the account of broker.clients."name".azd-account
 *    → is tenantId the account's tenant? → mint → AzdToken
 * </pre>
 *
 * <p>{@code ErrorShape} refuses in the words of each; azd gets status 200 always, for it reads no other.
 */
@NullMarked
package io.tokenbroker.door;

import org.jspecify.annotations.NullMarked;
