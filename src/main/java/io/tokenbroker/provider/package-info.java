/**
 * The identity providers that can be used, and why others cannot.
 *
 * <pre>
 *  FusionAuth, settings → ProviderFactory, with discovery → Usable, or Unusable with the reason
 * </pre>
 *
 * <p>They are read each 30 s, and sooner for the list or an unknown id; through an outage the known ones stay.
 * {@code Scopes} says to which resource a scope belongs.
 */
@NullMarked
package io.tokenbroker.provider;

import org.jspecify.annotations.NullMarked;
