/**
 * The process. {@code Broker} serves, or runs {@code keep-alive} or {@code doctor}.
 *
 * <pre>
 *  SettingsReader (missing, malformed, unknown) → StartupChecks, ClientChecks
 *    → all Faults in one line (StartFailure), or serve and begin Background work
 *  SecretFiles: a file has changed → still so a second later → the same again
 *    → SecretsRotated, or all stays as it was but for KeysWithdrawn
 * </pre>
 *
 * <p>Readiness, the log, what traces leave out, and gauges of the state of things are here too.
 */
@NullMarked
package io.tokenbroker.ops;

import org.jspecify.annotations.NullMarked;
