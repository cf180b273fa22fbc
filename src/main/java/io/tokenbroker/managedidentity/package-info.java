/**
 * The front door for Azure SDKs, which find here the managed identity of an App Service.
 *
 * <pre>
 *  GET /msi/token, GET /accounts/{id}/msi/token
 *  read the query (TokenQuery) → the caller's rate → mint → TokenResponse
 * </pre>
 *
 * <p>{@code token_sha256_to_refresh} drops the token that a resource has rejected. The key comes in X-IDENTITY-HEADER.
 * Refusals have the form {@code ErrorShape.MANAGED_IDENTITY}.
 */
@NullMarked
package io.tokenbroker.managedidentity;

import org.jspecify.annotations.NullMarked;
