/**
 * A stateful stand-in of FusionAuth: hosted sign-in and tokens for the people, "Complete" and links for the broker,
 * identity providers for both. {@link io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn} routes a request to the
 * class of its concern; {@link io.tokenbroker.sandbox.fusionauth.Unknown} lists what no source settles about the real
 * server, so that a test can meet each outcome; {@link io.tokenbroker.sandbox.fusionauth.FusionAuthFault} is how it misbehaves.
 * It begins ready for use, or fresh, for a {@link io.tokenbroker.sandbox.fusionauth.Kickstart} to set up.
 *
 * <p>State is guarded class by class, for the length of a map access. No lock is ever held while another server is
 * asked.
 *
 * <p>What {@code FusionAuthStandIn} offers in Java is there by HTTP too, JSON in and out, below {@code /_sandbox}:
 *
 * <table>
 * <caption>Control API</caption>
 * <tr><th>Request</th><th>Effect</th></tr>
 * <tr><td>{@code GET /state}</td><td>users, providers, links, faults, switches, requests and their counts; no secret</td></tr>
 * <tr><td>{@code GET /switches}</td><td>every question, the outcome in force, the outcomes there are</td></tr>
 * <tr><td>{@code POST /switches} {@code {"NoLinks": "EMPTY_404"}}</td><td>chooses outcomes</td></tr>
 * <tr><td>{@code POST /faults} {@code {kind, method?, path?, identity_prefix?, times?, after_commit?, delay_millis?,
 *     retry_after?}}</td><td>adds a {@link io.tokenbroker.sandbox.fusionauth.FusionAuthFault}</td></tr>
 * <tr><td>{@code DELETE /faults}</td><td>clears faults and releases requests that hang</td></tr>
 * <tr><td>{@code POST /clock} {@code {advance: "PT1H"}}</td><td>moves the clock</td></tr>
 * <tr><td>{@code POST /keys/rotate} {@code {algorithm?, drop_old?}}</td><td>signs with a new key</td></tr>
 * <tr><td>{@code POST /keys/outage} {@code {down}}</td><td>takes the JWKS down, or up again</td></tr>
 * <tr><td>{@code POST /tokens} {@code {user_id?, claims?, algorithm?, unknown_key?, id_token?}}</td>
 *     <td>issues any token; a claim that is {@code null} is left out</td></tr>
 * <tr><td>{@code POST /providers}</td><td>adds a provider, in the shape of the real API's {@code identityProvider}</td></tr>
 * <tr><td>{@code POST /users} {@code {email, display_name?}}</td><td>adds a registered user</td></tr>
 * <tr><td>{@code POST /users/deactivate}, {@code /users/activate}, {@code /users/unregister} {@code {id}}</td>
 *     <td>changes a user, unless the receiver of webhooks objects</td></tr>
 * <tr><td>{@code POST /webhooks} {@code {url?}}</td><td>sends webhooks there from now on, or to nobody</td></tr>
 * <tr><td>{@code POST /links} {@code {userId, identityProviderId, identityProviderUserId, displayName?, token?}}</td>
 *     <td>writes a link</td></tr>
 * <tr><td>{@code DELETE /links?identityProviderId=&identityProviderUserId=}</td><td>deletes a link</td></tr>
 * <tr><td>{@code POST /redirects} {@code {uri}}</td><td>allows a redirect URI</td></tr>
 * <tr><td>{@code POST /reset}</td><td>forgets what happened; users, providers and keys stay</td></tr>
 * </table>
 */
@NullMarked
package io.tokenbroker.sandbox.fusionauth;

import org.jspecify.annotations.NullMarked;
