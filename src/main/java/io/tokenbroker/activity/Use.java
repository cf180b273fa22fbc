package io.tokenbroker.activity;

import io.tokenbroker.audit.AuditEvent.Action;
import io.tokenbroker.audit.AuditEvent.Actor;
import io.tokenbroker.audit.AuditEvent.Deed;
import io.tokenbroker.audit.AuditEvent.Owned;
import io.tokenbroker.audit.Origin.Door;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.refresh.AccessToken.Minted.Source;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What several uses of an account have in common.
 *
 * @param link that was used, if it was known when a use was refused
 * @param resource empty where the provider decides, of what the policy does not permit, and of too many refusals
 * @param outcome a token's source, or a problem's code
 */
public record Use(
        String client, AccountId account, Optional<UsedLink> link, String resource, Door door, String outcome) {

    /** The outcomes that are no refusal. */
    static final List<String> TOKENS =
            Stream.of(Source.values()).map(source -> source.word).toList();

    /** The longest that a caller may ask for; an operator's default could be longer. */
    private static final int LONGEST_RESOURCE = 512;

    public Use {
        if (resource.length() > LONGEST_RESOURCE) {
            resource = resource.substring(0, LONGEST_RESOURCE);
        }
    }

    /** Without what a client can make up. */
    public Use withoutResource() {
        return new Use(client, account, link, "", door, outcome);
    }

    boolean isRefusal() {
        return !TOKENS.contains(outcome);
    }

    /** For the audit log, which has a sum of hits without the rest of what they asked. */
    Deed deed() {
        return new Deed(
                Action.MINT,
                Actor.client(client),
                Optional.of(new Owned(account, link.map(UsedLink::owner))),
                resource,
                List.of(),
                door,
                outcome);
    }

    /** The owner that the account had, and since when. */
    public record UsedLink(UUID owner, Instant linkedAt) {

        public static UsedLink of(Link link) {
            return new UsedLink(link.userId(), link.linkedAt());
        }
    }
}
