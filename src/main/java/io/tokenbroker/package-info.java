/**
 * The broker's path is START → COMPLETE → RESOLVE → MINT, a package each. {@code provider} knows where accounts can be
 * connected and {@code account} what is connected; both ask the two upstreams, {@code fusionauth} and {@code tenant}.
 * {@code caller} says who asks, {@code problem} how a refusal looks, {@code seal} what only this broker can open,
 * {@code settings} what an operator chose, and {@code ops} runs it all.
 */
@NullMarked
package io.tokenbroker;

import org.jspecify.annotations.NullMarked;
