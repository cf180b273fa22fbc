package io.tokenbroker.account;

import io.tokenbroker.account.Accounts.AccountLocks;
import io.tokenbroker.audit.AuditEvent.Action;
import io.tokenbroker.audit.AuditLog;
import io.tokenbroker.audit.Origin;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.grant.Grants;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Removes accounts. Blocks. */
@ApplicationScoped
public class Unlinking {

    /** How such a removal is told of. */
    static final String UNLINKED = "unlinked";

    private static final Logger LOG = Logger.getLogger(Unlinking.class);

    private final Accounts accounts;
    private final LinkApi fusionAuth;
    private final RememberedLinks links;
    private final Grants grants;
    private final AccountLocks locks;
    private final AuditLog audit;

    Unlinking(
            Accounts accounts,
            LinkApi fusionAuth,
            RememberedLinks links,
            Grants grants,
            AccountLocks locks,
            AuditLog audit) {
        this.accounts = accounts;
        this.fusionAuth = fusionAuth;
        this.links = links;
        this.grants = grants;
        this.locks = locks;
        this.audit = audit;
    }

    /**
     * Removes the user's account: its link, then its row.
     *
     * @return why it is not sure to be gone, though FusionAuth has said so
     * @throws BrokerException if there is no such account, or it may stand
     */
    Optional<BrokerException> unlink(UUID userId, AccountId id) {
        return locks.exclusively(userId, id.providerId(), () -> remove(accounts.require(userId, id)));
    }

    /**
     * Takes back a link that came about by mistake, or tells of it as of any other. Call it with the account's lock held.
     *
     * @return whether it is gone for good
     */
    public boolean undo(Link link, Origin origin) {
        var id = AccountId.of(link);
        try {
            var unsure = remove(link);
            audit.writeOfBroker(Action.UNLINK, id, link.userId(), UNLINKED, origin);
            unsure.ifPresent(why -> warn(id, why));
            return unsure.isEmpty();
        } catch (BrokerException stands) {
            audit.writeOfBroker(Action.LINK, id, link.userId(), "linked", origin);
            warn(id, stands);
            return false;
        }
    }

    private static void warn(AccountId id, BrokerException why) {
        LOG.warnf("The link of account %s should go, and may stand: %s", id, why.detail());
    }

    private Optional<BrokerException> remove(Link link) {
        try {
            var unsure = delete(link);
            grants.unlinked(link);
            return unsure;
        } finally {
            // A mint may have read the link meanwhile.
            links.forget(AccountId.of(link));
        }
    }

    /** Whatever the answer is, the link itself says whether it has gone; if it cannot be read, the answer does. */
    private Optional<BrokerException> delete(Link link) {
        try {
            fusionAuth.delete(link);
        } catch (BrokerException e) {
            if (isThere(link)) {
                throw e;
            }
            return Optional.empty();
        }
        return unsure(link);
    }

    private Optional<BrokerException> unsure(Link deleted) {
        try {
            if (!isThere(deleted)) {
                return Optional.empty();
            }
        } catch (BrokerException unread) {
            return Optional.of(unread);
        }
        throw new BrokerException(
                        ProblemType.FUSIONAUTH_UNAVAILABLE,
                        "FusionAuth says that the link is deleted, and still shows it. Try again soon.")
                .withRetryAfter(Duration.ofSeconds(5));
    }

    private boolean isThere(Link link) {
        return fusionAuth
                .find(link.providerId(), link.identity())
                .filter(now ->
                        now.userId().equals(link.userId()) && now.insertedAt().equals(link.insertedAt()))
                .isPresent();
    }
}
