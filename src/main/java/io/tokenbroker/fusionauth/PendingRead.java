package io.tokenbroker.fusionauth;

import io.tokenbroker.problem.BrokerException;

/** How the reading of a pending link ended. */
public sealed interface PendingRead {

    record Waiting(PendingLink link) implements PendingRead {}

    /** Used up, too old, or never there. */
    record Gone() implements PendingRead {}

    /** FusionAuth does not say. The link can be completed all the same. */
    record NotTold(BrokerException why) implements PendingRead {}
}
