/**
 * Sends refresh grants, which are OAuth requests; the package {@code grant} is what the store keeps.
 *
 * <pre>
 *  does the tenant want a pause, or refuse the client (HeldBack)? → a place in the bulkhead → is the circuit open?
 *  → permission (the lease) → send → once more where that does no harm → RefreshOutcome
 * </pre>
 *
 * <p>{@code TenantErrors} and {@code ErrorCatalogue} read a token endpoint's errors, {@code TokenAnswers} its successes,
 * {@code Discovery} an issuer's endpoints.
 */
@NullMarked
package io.tokenbroker.tenant;

import org.jspecify.annotations.NullMarked;
