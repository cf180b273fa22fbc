/**
 * COMPLETE: the person came back with a code, or with the provider's error.
 *
 * <pre>
 *  POST /authorizations/complete (CompleteResource, CompleteService)
 *  open the state (AuthorizationStates) → the provider's error? refuse (LinkingProblems)
 *  consent only → drop the code → try a mint → linked
 *  else, under the lock: read the user's links → FusionAuth redeems the code, once
 *    LoggedIn     find the link that changed (LoginLinks) → linked
 *    Pending      seal it (PendingLinks) → pending, for resolve
 *    Interrupted  linked if a link shows it, else refused; so is InDoubt
 *    Refused      refused
 * </pre>
 *
 * <p>{@code Completed} is the answer. A link that this sign-in made for another user or account than meant is taken back.
 */
@NullMarked
package io.tokenbroker.complete;

import org.jspecify.annotations.NullMarked;
