/**
 * The front door for programs that take the broker for Azure App Service: the Azure SDKs' managed identity, as they are.
 * Asks {@code mint}.
 */
@NullMarked
package io.tokenbroker.managedidentity;

import org.jspecify.annotations.NullMarked;
