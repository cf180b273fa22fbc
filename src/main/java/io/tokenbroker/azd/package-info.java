/**
 * The front door for azd, the Azure Developer CLI: its external authentication, as it is.
 *
 * <pre>
 *  POST /azd/token
 *  api-version? → the caller's rate → the account in broker.clients."name".azd-account
 *  → is tenantId the account's tenant? → mint for the scopes → AzdToken
 * </pre>
 *
 * <p>Refusals have status 200 and the form {@code ErrorShape.AZD}, for azd reads no other.
 */
@NullMarked
package io.tokenbroker.azd;

import org.jspecify.annotations.NullMarked;
