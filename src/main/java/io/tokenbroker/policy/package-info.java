/**
 * What a client may do, and how often.
 *
 * <pre>
 *  PolicyRules      before the target is known: providers, subject-token-required
 *                   once it is known: resources, scopes
 *  RequestRate      calls of a user or client per minute, at each replica
 *  ForcedRefreshes  forced refreshes over all replicas; RefreshTurns counts them in the store
 * </pre>
 *
 * <p>A rule that is added to {@code PolicyRules} holds at every door.
 */
@NullMarked
package io.tokenbroker.policy;

import org.jspecify.annotations.NullMarked;
