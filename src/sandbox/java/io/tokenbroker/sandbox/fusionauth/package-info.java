/**
 * A stateful stand-in of FusionAuth: hosted sign-in and tokens for the people, "Complete" and links for the broker,
 * identity providers for both. {@link io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn} routes a request to the
 * class of its concern; {@link io.tokenbroker.sandbox.fusionauth.Unknown} lists what no source settles about the real
 * server, so that a test can meet each outcome; {@link io.tokenbroker.sandbox.fusionauth.Fault} is how it misbehaves.
 *
 * <p>State is guarded class by class, for the length of a map access. No lock is ever held while another server is
 * asked.
 */
@NullMarked
package io.tokenbroker.sandbox.fusionauth;

import org.jspecify.annotations.NullMarked;
