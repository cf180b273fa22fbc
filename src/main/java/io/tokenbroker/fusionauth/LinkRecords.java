package io.tokenbroker.fusionauth;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * FusionAuth's link records, one per provider and identity: create, read, delete; there is no update. An interface so
 * that the keeping of refresh tokens can be checked against a FusionAuth in memory, step by step. Every method blocks,
 * and throws {@link io.tokenbroker.problem.BrokerException} when FusionAuth cannot be asked; then nothing was done.
 */
public interface LinkRecords {

    /** The user's links at OpenID Connect providers; none if there is no such user. */
    List<Link> ofUser(UUID userId);

    /** The link of this identity at an OpenID Connect provider, whoever's it is. */
    Optional<Link> find(UUID providerId, String identity);

    /** Creates the link, its token included. Sent once. */
    LinkWrite create(Link link);

    /** Deletes the record of this identity and user, whatever it holds by now. Sent once. */
    LinkDeletion delete(Link link);
}
