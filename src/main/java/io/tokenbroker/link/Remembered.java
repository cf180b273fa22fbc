package io.tokenbroker.link;

import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.time.Time.Window;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A link, its owner, and the version of its row, as last read.
 *
 * @param epoch number of this account, owner, time of linking and sign-in; it is not used again in this process
 * @param readAt when FusionAuth was asked; the answer is at least as new
 * @param changes how often others have changed the row since the epoch began: a token of fewer changes may be one
 *     that they have replaced
 */
public record Remembered(Link link, boolean ownerIsActive, long epoch, Instant readAt, long version, long changes) {

    Remembered after(@Nullable Remembered before, AtomicLong epochs) {
        if (before == null || !before.isSameGrant(link)) {
            return new Remembered(link, ownerIsActive, epochs.incrementAndGet(), readAt, version, 0);
        }
        var row = before.at(version);
        return new Remembered(link, ownerIsActive, before.epoch, readAt, row.version, row.changes);
    }

    /** With the version that the row has now, if that is known. */
    private Remembered at(long now) {
        var known = now == GrantVersions.UNKNOWN ? version : now;
        var isChanged = version != GrantVersions.UNKNOWN && known != version;
        return new Remembered(link, ownerIsActive, epoch, readAt, known, isChanged ? changes + 1 : changes);
    }

    Remembered changedHere(long from, long to) {
        return new Remembered(link, ownerIsActive, epoch, readAt, to, at(from).changes);
    }

    private boolean isSameGrant(Link now) {
        return link.userId().equals(now.userId())
                && link.insertedAt().equals(now.insertedAt())
                && link.token().equals(now.token())
                && link.lastLoginAt().equals(now.lastLoginAt());
    }

    /**
     * Which link and which sign-in of an account: what a row of the store must continue to count.
     *
     * @param token the link's own refresh token; FusionAuth may have cleared it (fusionauth-issues#2374)
     * @param authorizedAt since when the token can be no older
     */
    public record SignIn(
            AccountId account, UUID userId, Instant linkedAt, Optional<Secret> token, Instant authorizedAt) {

        public static SignIn of(Link link) {
            return new SignIn(
                    AccountId.of(link),
                    link.userId(),
                    link.linkedAt(),
                    link.token(),
                    link.lastAuthorizedAt().orElse(Instant.EPOCH));
        }

        /**
         * Digest of the sign-in, without a key: replicas with other sealing keys must agree, and a refresh token has entropy
         * enough. Empty where the link holds no token: then the row says which sign-in counts.
         */
        public Optional<String> root() {
            return token.map(Secret.of("token-broker grant\n" + account + "\n")::sha256With);
        }
    }

    /**
     * A link that FusionAuth did not have.
     *
     * @param moment of the latest change of the link that is known to the reading
     */
    record Missed(Window window, AtomicLong news, long moment) {

        boolean stands(Instant now) {
            return window.contains(now) && news.get() == moment;
        }
    }

    /** The version of an account's row in the store. An interface because the store is built on links. */
    public interface GrantVersions {

        /** Not known: the store is away, or has no row of this account. */
        long UNKNOWN = 0;

        /** The version now, or {@link #UNKNOWN}. It changes with the refresh token, the sign-in and the status. Blocks. */
        long version(AccountId id);
    }
}
