package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.fusionauth.LinkWrite;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.logging.Logger;

/**
 * The one owner of the rule by which a rotated refresh token is kept. FusionAuth cannot update a link, so the new token
 * is first stored in a shadow link; then the link is deleted and made anew, and the shadow deleted. At every instant one
 * of the two holds a working token, and {@link StoredLinks} finds it.
 *
 * <p>Call it with the account's lock held ({@link AccountLocks}).
 */
@ApplicationScoped
public class RefreshTokens {

    private static final Logger LOG = Logger.getLogger(RefreshTokens.class);

    /** A reusable refresh token dies 90 days after its issue: replaced after a third of that, any month's outage is fine. */
    private static final Duration REPLACED_AFTER = Duration.ofDays(30);

    private final LinkApi links;
    private final RememberedLinks remembered;
    private final Clock clock;

    /** Rotated tokens that FusionAuth has not taken yet: for a token spent by its use, the only ones there are. */
    private final ConcurrentMap<AccountId, Unstored> unstored = new ConcurrentHashMap<>();

    RefreshTokens(LinkApi links, RememberedLinks remembered, Clock clock) {
        this.links = links;
        this.remembered = remembered;
        this.clock = clock;
    }

    /** Whether the link's token is so old that it should be replaced although it still works. */
    public boolean isDue(Link link) {
        return link.lastAuthorizedAt().isBefore(clock.instant().minus(REPLACED_AFTER));
    }

    /**
     * Replaces the link's token, which {@code rotated} was got for and which is spent. If the link has changed or gone
     * meanwhile, that stands and the new token is dropped. Blocks.
     *
     * @throws BrokerException if FusionAuth did not take it; {@link #settled} will try again
     */
    public void keep(Link link, Secret rotated) {
        var id = AccountId.of(link);
        unstored.put(id, new Unstored(link, rotated));
        var shadow = store(Shadow.of(link, rotated));
        unstored.remove(id);
        replace(link, rotated, shadow);
    }

    /** Replaces a token that still works. If FusionAuth does not take the newer one, a later refresh tries again. Blocks. */
    public void renew(Link link, Secret newer) {
        try {
            replace(link, newer, store(Shadow.of(link, newer)));
        } catch (BrokerException unavailable) {
            LOG.warnf("Account %s keeps its old refresh token for now: %s", AccountId.of(link), unavailable.detail());
        }
    }

    private void replace(Link link, Secret rotated, Link shadow) {
        var now = links.find(link.providerId(), link.identity());
        if (now.isPresent() && !now.get().token().equals(link.token())) {
            LOG.infof("Account %s was authorized again during a refresh; that token is kept", AccountId.of(link));
            delete(shadow);
            remembered.observe(now.get());
            return;
        }
        if (now.isEmpty() || !delete(link)) {
            LOG.infof("Account %s was unlinked during a refresh; it stays unlinked", AccountId.of(link));
            delete(shadow);
            remembered.forget(AccountId.of(link));
            return;
        }
        var replaced = store(link.withToken(rotated));
        delete(shadow);
        remembered.observeRotated(replaced);
    }

    /** The accounts whose next token FusionAuth has not taken yet; {@link #settled} tries again. */
    public List<Link> unstored() {
        return unstored.values().stream().map(Unstored::link).toList();
    }

    /** Whether nothing is left to finish for this account. Blocks. */
    public boolean isSettled(AccountId id) {
        return links.find(id.providerId(), Shadow.identityOf(id.identity())).isEmpty();
    }

    /**
     * The account's link, after finishing what a crash left: with a shadow about, its token is the newer one, unless the
     * link was made or signed in to since. Blocks.
     */
    public Optional<Link> settled(AccountId id) {
        Optional.ofNullable(unstored.get(id)).ifPresent(left -> keep(left.link(), left.token()));
        var link = links.find(id.providerId(), id.identity());
        var found = links.find(id.providerId(), Shadow.identityOf(id.identity()));
        if (found.isEmpty()) {
            return link;
        }
        var shadow = found.get();
        if (link.isPresent() && !link.get().lastAuthorizedAt().isBefore(shadow.insertedAt())) {
            delete(shadow);
            return link;
        }
        link.ifPresent(this::delete);
        var restored = store(Shadow.standsFor(shadow));
        delete(shadow);
        return Optional.of(restored);
    }

    /** Creates a link record; one that is there already with another token, left by a crash, is replaced. */
    private Link store(Link record) {
        return switch (links.create(record)) {
            case LinkWrite.Written(var written) ->
                holds(written, record) ? written(written, record) : replaceOrFail(record);
            case LinkWrite.Refused refused -> replaceOrFail(record);
            case LinkWrite.InDoubt inDoubt -> replaceOrFail(record);
        };
    }

    private Link replaceOrFail(Link record) {
        var there = links.find(record.providerId(), record.identity());
        if (there.isPresent() && there.get().token().equals(record.token())) {
            return there.get();
        }
        if (there.isPresent()) {
            delete(record);
        }
        if (links.create(record) instanceof LinkWrite.Written(var written) && holds(written, record)) {
            return written(written, record);
        }
        throw new BrokerException(
                        ProblemType.FUSIONAUTH_UNAVAILABLE,
                        "FusionAuth did not store the account's new refresh token. Try again soon.")
                .withRetryAfter(Duration.ofSeconds(5));
    }

    /** FusionAuth may answer 200 and show another record that was there before. */
    private static boolean holds(Link written, Link record) {
        return written.token().isEmpty() || written.token().equals(record.token());
    }

    private static Link written(Link written, Link record) {
        return written.withToken(record.token().orElseThrow());
    }

    private boolean delete(Link record) {
        return links.delete(record.providerId(), record.identity(), record.userId());
    }

    private record Unstored(Link link, Secret token) {}
}
