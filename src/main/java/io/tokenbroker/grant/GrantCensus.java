package io.tokenbroker.grant;

import io.tokenbroker.database.Database;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** How many accounts there are of each provider and state. Reads every row: not for requests. Blocks. */
@Singleton
public class GrantCensus {

    /** More than there are providers, each in two states of each sixteenth of its accounts. */
    private static final int MOST = 10_000;

    /** {@code acc_}, and 22 characters of base64: the provider, and four bits of the identity. */
    private static final int WITH_PROVIDER = 26;

    private static final int PREFIX = 4;
    private static final UUID NO_PROVIDER = new UUID(0, 0);

    private static final String COUNT = """
            SELECT substr(account_id, 1, 26) AS provider,
                   CASE WHEN status = 'active' THEN 1 ELSE 0 END AS is_active,
                   count(*) AS accounts, count(CASE WHEN issued_at > 0 AND issued_at < ? THEN 1 END) AS ended,
                   count(CASE WHEN issued_at >= ? AND issued_at < ? THEN 1 END) AS near_end,
                   min(CASE WHEN issued_at >= ? THEN issued_at END) AS oldest
            FROM grants WHERE gone_since IS NULL AND account_id LIKE 'acc%'
            GROUP BY substr(account_id, 1, 26), CASE WHEN status = 'active' THEN 1 ELSE 0 END
            LIMIT ?""";

    private final Database database;

    public GrantCensus(Database database) {
        this.database = database;
    }

    /**
     * Some accounts of one provider in one state; there may be several of these.
     *
     * @param isActive whether no person is needed
     * @param ended how many of their refresh tokens were issued before the first instant that was asked for
     * @param nearEnd how many were issued from then on, before the second
     * @param oldest when the oldest of those that have not ended was issued
     */
    public record Group(
            UUID provider, boolean isActive, long accounts, long ended, long nearEnd, Optional<Instant> oldest) {}

    /**
     * Without accounts that FusionAuth shows no link of.
     *
     * @param lastEnd before which a refresh token was issued that has ended
     * @param nearEnd before which one was issued that ends soon
     */
    public List<Group> count(Instant lastEnd, Instant nearEnd) {
        var ended = lastEnd.toEpochMilli();
        return database.rows("census", GrantCensus::group, COUNT, ended, ended, nearEnd.toEpochMilli(), ended, MOST);
    }

    private static Group group(ResultSet row) throws SQLException {
        var oldest = Instant.ofEpochMilli(row.getLong("oldest"));
        var hasOldest = !row.wasNull();
        return new Group(
                provider(Objects.requireNonNull(row.getString("provider"))),
                row.getInt("is_active") == 1,
                row.getLong("accounts"),
                row.getLong("ended"),
                row.getLong("near_end"),
                hasOldest ? Optional.of(oldest) : Optional.empty());
    }

    /** The nil UUID, which is no provider's, if another program has written the row. */
    private static UUID provider(String beginning) {
        if (beginning.length() < WITH_PROVIDER) {
            return NO_PROVIDER;
        }
        try {
            var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(beginning.substring(PREFIX)));
            return new UUID(bytes.getLong(), bytes.getLong());
        } catch (IllegalArgumentException notBase64) {
            return NO_PROVIDER;
        }
    }
}
