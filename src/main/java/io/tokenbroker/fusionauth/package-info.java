/**
 * Calls to FusionAuth, one class for each of its APIs. All block, and go through {@code FusionAuthCalls}: time-outs, limits,
 * the words of errors.
 *
 * <pre>
 *  reads   the value, or empty where it is not there
 *  writes  a sealed type; where the answer was lost it says so, and the caller reads again
 * </pre>
 *
 * <p>FusionAuth's own client types print tokens, so they do not leave this package.
 */
@NullMarked
package io.tokenbroker.fusionauth;

import org.jspecify.annotations.NullMarked;
