package io.tokenbroker.grant;

import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.grant.GrantStore.Target;
import io.tokenbroker.grant.Look.SharedToken;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.seal.ColumnSealer;
import io.tokenbroker.seal.Secret;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Seals the two columns that hold tokens, each to its place: no value opens in another row, column or sign-in. */
@Singleton
public class GrantSeal {

    private static final Logger LOG = Logger.getLogger(GrantSeal.class);

    private final ColumnSealer sealer;

    GrantSeal(ColumnSealer sealer) {
        this.sealer = sealer;
    }

    public byte[] refreshToken(AccountId id, String root, Secret token) {
        return sealer.seal(token, place(id, "refresh_token", root));
    }

    /** @throws StoreUnavailable if it does not open, which is never a reason to start over */
    public Secret openRefreshToken(AccountId id, String root, byte[] sealed) {
        return open(id, sealed, place(id, "refresh_token", root))
                .orElseThrow(() -> new StoreUnavailable("a refresh token cannot be opened"));
    }

    /** The token with its scope, which has no line breaks (RFC 6749 appendix A.4), in front. */
    byte[] accessToken(SignIn signIn, String root, Target target) {
        var scope = target.token().scope().filter(text -> !text.contains("\n")).orElse("");
        var text = Secret.of(scope + "\n" + target.token().value().reveal());
        return sealer.seal(text, place(signIn, root, target.digest()));
    }

    /** Empty if it does not open: unlike a refresh token it can be had again. */
    Optional<SharedToken> openAccessToken(SignIn signIn, String root, String target, byte[] sealed, SharedToken times) {
        return open(signIn.account(), sealed, place(signIn, root, target)).map(text -> {
            var parts = text.reveal().split("\n", 2);
            var scope = Optional.of(parts[0]).filter(given -> !given.isEmpty());
            return new SharedToken(Secret.of(parts[1]), scope, times.issuedAt(), times.expiresAt(), times.renewAt());
        });
    }

    private Optional<Secret> open(AccountId id, byte[] sealed, String[] place) {
        var opened = sealer.open(sealed, place);
        if (opened.isEmpty()) {
            LOG.errorf(
                    "A token of account %s in the store does not open: its key is not in broker.sealing-keys, or the row was altered",
                    id);
        }
        return opened;
    }

    private static String[] place(SignIn signIn, String root, String target) {
        var linkedAt = String.valueOf(signIn.linkedAt().toEpochMilli());
        return place(
                signIn.account(), "access_token", root, target, signIn.userId().toString(), linkedAt);
    }

    private static String[] place(AccountId id, String column, String... more) {
        var place = new String[more.length + 2];
        place[0] = id.toString();
        place[1] = column;
        System.arraycopy(more, 0, place, 2, more.length);
        return place;
    }
}
