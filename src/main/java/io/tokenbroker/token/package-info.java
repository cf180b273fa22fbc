/**
 * What tokens are for, and the ones at hand.
 *
 * <pre>
 *  TokenSpec    who and what a token is for: provider, link, target, claims
 *  Target       the resource and its sorted scopes
 *  AccessToken  value, times, granted scope, and the first members of the mint's JSON answer
 *  Minted       an AccessToken and its source: cache, refresh or stale
 *  TokenCache   tokens in memory, by account, sign-in, scopes and claims
 * </pre>
 *
 * <p>The cache is read only after the caller was authorized.
 */
@NullMarked
package io.tokenbroker.token;

import org.jspecify.annotations.NullMarked;
