/**
 * WEBHOOK: FusionAuth tells that it changes a person or a link, so that the broker need not find out
 * {@code broker.accounts.recheck-after} later.
 *
 * <pre>
 *   POST /webhooks/fusionauth
 *     │
 *   WebhookSignature ──► 401          a JWT over the body's digest, by one pinned key
 *     │               └──► 204          too large, or FusionAuth's keys cannot be read: no effect
 *     │
 *   FusionAuthEvent ───► 204          of another tenant or application, unknown, malformed
 *     │
 *   ToldEvents ────────► 204          known by its id: webhook_events, which all replicas look at each second
 *     │
 *     ├─ SharedTokens (grant)         the access tokens that replicas share go
 *     └─ RememberedLinks (link)       what is remembered goes; the next mint asks FusionAuth
 * </pre>
 *
 * <p>An event decides nothing. It may come late, twice, in another order, or of a change that FusionAuth rolls back, so it
 * only makes the broker look: FusionAuth's links and users say what is so, and no row of {@code grants} is deleted here.
 *
 * <p>It may also come early. A webhook may be a part of the transaction that it tells of: until that is committed, others
 * read the old state, and FusionAuth must not be asked while it waits for the answer. So nothing is read here. And what a mint
 * reads in between would be remembered as if it were new; to forget it once more at some later moment is not enough, since
 * no moment is the right one. Instead, for half a minute, which is longer than FusionAuth waits for its receivers, what is
 * read of this user or account counts for one second, and not beyond that half minute ({@code link.Unsettled}). A change
 * bites one second after it is committed, and at once where it was committed before; meanwhile each link in use costs one
 * read a second.
 *
 * <p>FusionAuth takes an answer other than 2xx, or none within its timeout, for a veto, and may undo what an administrator
 * did. So the store has a second; without it the event takes effect on this replica alone, and on the others the change
 * bites after {@code broker.accounts.recheck-after}. Only a signature that is not good is refused. One that cannot be checked
 * within a second, for FusionAuth's keys do not have the pinned one and cannot be read, has no effect: the change bites as
 * without webhooks.
 */
@NullMarked
package io.tokenbroker.webhook;

import org.jspecify.annotations.NullMarked;
