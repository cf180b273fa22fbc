package io.tokenbroker.keepalive;

import io.tokenbroker.link.AccountId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * A row to look at.
 *
 * @param goneSince since when FusionAuth has shown no link
 * @param isMarked whether only a person can help
 * @param token the refresh token, sealed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Due(
        AccountId id,
        String userId,
        long version,
        String root,
        byte[] token,
        Instant issuedAt,
        Optional<Instant> goneSince,
        boolean isMarked,
        Instant nextLookAt) {

    static Due of(AccountId id, ResultSet row) throws SQLException {
        var gone = row.getLong("gone_since");
        var goneSince = row.wasNull() ? Optional.<Instant>empty() : Optional.of(Instant.ofEpochMilli(gone));
        return new Due(
                id,
                row.getString("user_id"),
                row.getLong("version"),
                row.getString("root"),
                row.getBytes("refresh_token"),
                Instant.ofEpochMilli(row.getLong("issued_at")),
                goneSince,
                !row.getString("status").equals("active"),
                Instant.ofEpochMilli(row.getLong("next_look_at")));
    }

    Object[] unchanged() {
        return new Object[] {id.toString(), version};
    }
}
