/**
 * MINT: a fresh access token for a linked account, from memory or by a refresh grant.
 *
 * <pre>
 *   CachedMints ─┐            begin: policy, link as remembered, cache     never blocks
 *   every door ──┴► Mints ──►
 *                             finish: link as it stands, cache, one refresh for all who wait: memory, store, tenant
 * </pre>
 *
 * <p>{@code Mints.TokenAnswer} writes the answer; how it begins, the cache holds as bytes ({@code AccessToken.Beginning}).
 * {@code MintResource} has {@code POST /accounts/{id}/token} and {@code POST /tokens}, {@code PolicyResource} says what a mint
 * would do. {@code MintLog} tells how each has ended.
 */
@NullMarked
package io.tokenbroker.mint;

import org.jspecify.annotations.NullMarked;
