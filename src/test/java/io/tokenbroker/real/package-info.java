/**
 * Real parts: the packaged broker as a process, killed and started again; Keycloak; Chromium; and last the search for
 * secrets in everything the broker logged. Run by failsafe in {@code mvn verify}.
 */
@NullMarked
package io.tokenbroker.real;

import org.jspecify.annotations.NullMarked;
