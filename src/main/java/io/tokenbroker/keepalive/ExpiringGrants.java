package io.tokenbroker.keepalive;

import io.tokenbroker.database.Database;
import io.tokenbroker.event.AccountEvents;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.provider.Providers;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Tells of refresh tokens that their provider drops soon unless they are used, once for each token. Blocks; throws {@link
 * io.tokenbroker.database.StoreUnavailable}.
 */
@Singleton
class ExpiringGrants {

    /** So much time a person has. */
    private static final Duration AHEAD = Duration.ofDays(14);

    private static final String NOT_TOLD = " AND (expiry_told IS NULL OR expiry_told <> issued_at)";

    /** Without those of which FusionAuth has said no date. */
    private static final String OLD = "SELECT account_id, user_id, version, issued_at FROM grants"
            + " WHERE issued_at > 0 AND issued_at < ? AND account_id > ? AND account_id LIKE 'acc%' AND status = 'active'"
            + NOT_TOLD
            + " ORDER BY account_id LIMIT ?";

    private static final String TELL =
            "UPDATE grants SET expiry_told = issued_at WHERE account_id = ? AND version = ?" + NOT_TOLD;

    private final Database database;
    private final Providers providers;
    private final AccountEvents events;
    private final Clock clock;

    ExpiringGrants(Database database, Providers providers, AccountEvents events, Clock clock) {
        this.database = database;
        this.providers = providers;
        this.events = events;
        this.clock = clock;
    }

    void tell() {
        if (!events.isExpiringWanted()) {
            return;
        }
        var lifetimes = new HashMap<UUID, Duration>();
        providers
                .known()
                .usable()
                .forEach((id, provider) ->
                        provider.refreshTokenLifetime().ifPresent(lifetime -> lifetimes.put(id, lifetime)));
        tell(lifetimes);
    }

    /** @param lifetimes of the providers' refresh tokens, where they are known */
    void tell(Map<UUID, Duration> lifetimes) {
        var shortest = lifetimes.values().stream().min(Duration::compareTo);
        if (shortest.isEmpty()) {
            return;
        }
        var issuedBefore = clock.instant().plus(AHEAD).minus(shortest.get());
        for (var page = page(issuedBefore, "");
                !page.isEmpty();
                page = page(issuedBefore, page.getLast().account())) {
            page.forEach(grant -> tell(grant, lifetimes));
        }
    }

    private List<Old> page(Instant issuedBefore, String after) {
        return database.rows("expiring", Old::of, OLD, issuedBefore.toEpochMilli(), after, DueGrants.PAGE);
    }

    private void tell(Old grant, Map<UUID, Duration> lifetimes) {
        var id = AccountId.parse(grant.account());
        var end = id.map(AccountId::providerId)
                .flatMap(provider -> Optional.ofNullable(lifetimes.get(provider)))
                .map(grant.issuedAt()::plus)
                .filter(at -> at.minus(AHEAD).isBefore(clock.instant()));
        if (end.isEmpty()) {
            return;
        }
        database.transaction("expiring", session -> {
            var isNews = session.update(TELL, grant.account(), grant.version()) == 1;
            if (isNews) {
                events.expiring(session, id.get(), grant.userId(), end.get());
            }
            return isNews;
        });
    }

    private record Old(String account, String userId, long version, Instant issuedAt) {

        static Old of(ResultSet row) throws SQLException {
            return new Old(
                    row.getString("account_id"),
                    row.getString("user_id"),
                    row.getLong("version"),
                    Instant.ofEpochMilli(row.getLong("issued_at")));
        }
    }
}
