/**
 * A stand-in of Microsoft Entra ID: three tenants, their users, one multi-tenant web app, and the endpoints a
 * confidential client meets. It keeps state as Entra does, so a refresh token buys tokens for every resource and every
 * tenant of its user, dies ninety days after it was issued, and survives its own rotation.
 *
 * <p>Sign-in asks no password. A person picks an account; a script adds {@code sandbox_user=<email>} (consents silently)
 * or {@code sandbox_cancel=1} to the authorize URL.
 *
 * <p>{@link io.tokenbroker.sandbox.entra.EntraStandIn} is the Java door. The same by HTTP, JSON in and out, below
 * {@code /_sandbox}:
 *
 * <table>
 * <caption>Control API</caption>
 * <tr><th>Request</th><th>Effect</th></tr>
 * <tr><td>{@code GET /state}</td><td>tenants, users, app, consents, faults, switches, counters; no secret</td></tr>
 * <tr><td>{@code GET /counters}</td><td>token requests by grant, user and resource; refresh tokens issued and used</td></tr>
 * <tr><td>{@code GET /requests}</td><td>the latest token requests, secrets left out</td></tr>
 * <tr><td>{@code POST /introspect} {@code {token}}</td><td>what a token is and whether it is good</td></tr>
 * <tr><td>{@code POST /faults} {@code {kind, value?, user?, resource?, tenant?, grant?, times?}}</td>
 *     <td>adds a {@link io.tokenbroker.sandbox.entra.EntraFault}; kinds are its enum's names in lower case with hyphens</td></tr>
 * <tr><td>{@code DELETE /faults}</td><td>clears faults and releases requests that hang</td></tr>
 * <tr><td>{@code POST /clock} {@code {advance: "PT1H"}}</td><td>moves the clock</td></tr>
 * <tr><td>{@code POST /users} {@code {perTenant: 100}} or {@code {email, name, tenant}}</td><td>adds users</td></tr>
 * <tr><td>{@code POST /users/<email>/<revoke|disable|enable>}</td><td>revokes sessions, disables, enables</td></tr>
 * <tr><td>{@code POST /users/<email>/invite} {@code {tenant}}</td><td>makes a guest</td></tr>
 * <tr><td>{@code DELETE /users/<email>}</td><td>deletes a user</td></tr>
 * <tr><td>{@code POST|DELETE /consents} {@code {user, resource, scopes?}}</td><td>grants or withdraws consent</td></tr>
 * <tr><td>{@code POST /app/secrets} {@code {value?, expiresIn?, replace?}}</td><td>adds or replaces a client secret</td></tr>
 * <tr><td>{@code POST /app/secrets/expire}</td><td>lets every client secret expire now</td></tr>
 * <tr><td>{@code POST /app/redirect-uris} {@code {uri}}</td><td>registers a redirect URI</td></tr>
 * <tr><td>{@code POST /switches} {@code {issuerInRedirect?, singleUseRefreshTokens?, armChallenge?}}</td><td>sets switches</td></tr>
 * <tr><td>{@code POST /reset}</td><td>back to the state after start; redirect URIs and the first secret stay</td></tr>
 * </table>
 */
@NullMarked
package io.tokenbroker.sandbox.entra;

import org.jspecify.annotations.NullMarked;
