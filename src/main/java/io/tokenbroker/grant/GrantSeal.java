package io.tokenbroker.grant;

import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.grant.GrantStore.Look.SharedToken;
import io.tokenbroker.grant.GrantStore.Target;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.Remembered.SignIn;
import io.tokenbroker.seal.ColumnSealer;
import io.tokenbroker.seal.Secret;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** Seals the two columns that hold tokens, each to its place: no value opens in another row, column or sign-in. */
@Singleton
public class GrantSeal {

    private final ColumnSealer sealer;

    public GrantSeal(ColumnSealer sealer) {
        this.sealer = sealer;
    }

    public byte[] refreshToken(AccountId id, String root, Secret token) {
        return sealer.seal(token, id.toString(), "refresh_token", root);
    }

    /** @throws StoreUnavailable if it does not open, which is never a reason to start over */
    public Secret openRefreshToken(AccountId id, String root, byte[] sealed) {
        return sealer.open(sealed, id.toString(), "refresh_token", root)
                .orElseThrow(() -> new StoreUnavailable("a refresh token cannot be opened"));
    }

    /** The granted scope, which has no line breaks (RFC 6749 appendix A.4), then the token. */
    byte[] accessToken(SignIn signIn, String root, Target target) {
        var scope = target.token().scope().filter(text -> !text.contains("\n")).orElse("");
        return sealer.seal(
                Secret.of(scope + "\n" + target.token().value().reveal()), place(signIn, root, target.digest()));
    }

    /** The access token of the row; empty if it has none, or one that does not open: unlike a refresh token it can be had again. */
    Optional<SharedToken> sharedToken(SignIn signIn, String target, ResultSet row) throws SQLException {
        var sealed = row.getBytes("access_token");
        var opened = sealed == null
                ? Optional.<Secret>empty()
                : sealer.open(sealed, place(signIn, row.getString("root"), target));
        var issuedAt = Instant.ofEpochMilli(row.getLong("issued_at"));
        var expiresAt = Instant.ofEpochMilli(row.getLong("expires_at"));
        var renewAt = Instant.ofEpochMilli(row.getLong("renew_at"));
        return opened.map(text -> text.reveal().split("\n", 2))
                .map(parts -> new SharedToken(
                        Secret.of(parts[1]),
                        Optional.of(parts[0]).filter(scope -> !scope.isEmpty()),
                        issuedAt,
                        expiresAt,
                        renewAt));
    }

    private static String[] place(SignIn signIn, String root, String target) {
        var user = signIn.userId().toString();
        var linkedAt = String.valueOf(signIn.linkedAt().toEpochMilli());
        return new String[] {signIn.account().toString(), "access_token", root, target, user, linkedAt};
    }
}
