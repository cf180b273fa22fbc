/** A stand-in of an OpenID Connect provider that is not Entra, and where a refresh token works once. */
@NullMarked
package io.tokenbroker.sandbox.plain;

import org.jspecify.annotations.NullMarked;
