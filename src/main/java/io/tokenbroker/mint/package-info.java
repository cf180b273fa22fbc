/**
 * MINT: a fresh access token for a linked account, from memory or by a refresh grant.
 *
 * <pre>
 *   CachedMints ─┐            begin: policy, link as remembered, cache     never blocks
 *   every door ──┴► Mints ──►
 *                             finish: link as it stands, cache, one refresh for all who wait: memory, store, tenant
 * </pre>
 */
@NullMarked
package io.tokenbroker.mint;

import org.jspecify.annotations.NullMarked;
