package io.tokenbroker.account;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.tokenbroker.account.AccountView.ProviderRef;
import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.KeepAliveSettings;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the store alone knows of the accounts: of all users', page by page, and of one user's beside their links. Blocks. */
@Singleton
class StoredAccounts {

    /** How many rows one statement reads. */
    static final int ROWS = 200;

    /** Of one page: where few rows are of the providers that are asked for, it has fewer accounts than it might. */
    static final int MOST_STATEMENTS = 10;

    /** As many as FusionAuth is asked for, of one user. */
    private static final int MOST_OF_ONE_USER = 1_000;

    private static final String SELECT = """
            SELECT account_id, user_id, linked_at, version, status, status_reason, status_since, issued_at,
                   consecutive_failures, gone_since, next_look_at
            FROM grants WHERE\s""";

    private static final String NEXT = "account_id > ? ORDER BY account_id LIMIT ?";

    private final Database database;
    private final Providers providers;
    private final KeepAliveSettings keepAlive;

    StoredAccounts(Database database, Providers providers, BrokerSettings settings) {
        this.database = database;
        this.providers = providers;
        this.keepAlive = settings.keepAlive();
    }

    /**
     * The next accounts by id, but for those whose link has gone.
     *
     * @param status empty for any
     * @param after where the page before has ended; empty text for the first
     * @param provider accepts the providers that are asked about; no SQL can, for an account's id has it encoded
     * @throws StoreUnavailable if the store is away
     */
    Page page(Optional<String> status, String after, int most, Predicate<UUID> provider) {
        var found = new ArrayList<StoredAccount>();
        var end = after;
        for (var statement = 0; statement < MOST_STATEMENTS; statement++) {
            var rows = next(status, end);
            for (var row : rows) {
                if (row.shows(provider)) {
                    if (found.size() == most) {
                        return new Page(found, Optional.of(end));
                    }
                    row.account().ifPresent(found::add);
                }
                end = row.id();
            }
            if (rows.size() < ROWS) {
                return new Page(found, Optional.empty());
            }
        }
        return new Page(found, Optional.of(end));
    }

    private List<Row> next(Optional<String> status, String after) {
        return status.map(wanted -> rows("status = ? AND " + NEXT, wanted, after, ROWS))
                .orElseGet(() -> rows(NEXT, after, ROWS));
    }

    /** A user's accounts with what the store knows of each whose row counts, unless it is away. */
    List<AccountView> completed(UUID userId, List<AccountView> accounts) {
        return accounts.isEmpty()
                ? accounts
                : completed(accounts, "user_id = ? LIMIT ?", userId.toString(), MOST_OF_ONE_USER);
    }

    /** The same of one account. */
    AccountView completed(AccountView account) {
        return completed(List.of(account), "account_id = ?", account.id()).getFirst();
    }

    private List<AccountView> completed(List<AccountView> accounts, String which, Object... values) {
        try {
            var rows = rows(which, values).stream().collect(Collectors.toMap(Row::id, Function.identity()));
            return accounts.stream()
                    .map(account -> completed(account, Optional.ofNullable(rows.get(account.id()))))
                    .toList();
        } catch (StoreUnavailable away) {
            return accounts;
        }
    }

    private static AccountView completed(AccountView account, Optional<Row> row) {
        return row.filter(known -> known.version() == account.version())
                .flatMap(Row::account)
                .map(known -> account.with(known.grant()))
                .orElse(account);
    }

    private List<Row> rows(String which, Object... values) {
        return database.rows("accounts", this::read, SELECT + which, values);
    }

    private Row read(ResultSet row) throws SQLException {
        var text = row.getString("account_id");
        var id = AccountId.parse(text);
        row.getLong("gone_since");
        var isThere = row.wasNull();
        return new Row(
                text,
                row.getLong("version"),
                // Another program may have written what is no account's id; keep-alive tells of it.
                id.isPresent() && isThere ? Optional.of(account(id.get(), row)) : Optional.empty());
    }

    private StoredAccount account(AccountId id, ResultSet row) throws SQLException {
        var provider = providers.remembered(id.providerId());
        return new StoredAccount(
                id.toString(),
                row.getString("user_id"),
                new ProviderRef(id.providerId(), provider.map(Provider::name).orElse("")),
                id.identity(),
                known(row.getLong("linked_at")),
                row.getString("status"),
                row.getString("status_reason"),
                state(provider, row));
    }

    private GrantState state(Optional<Provider> provider, ResultSet row) throws SQLException {
        var works = row.getString("status").equals(AccountView.ACTIVE);
        var issuedAt = known(row.getLong("issued_at"));
        var nextLook = Instant.ofEpochMilli(row.getLong("next_look_at"));
        return new GrantState(
                works ? null : known(row.getLong("status_since")),
                issuedAt,
                works && keepAlive.rate() > 0 ? renewal(issuedAt, nextLook) : null,
                row.getLong("consecutive_failures"),
                works && issuedAt != null
                        ? provider.flatMap(Provider::refreshTokenLifetime)
                                .map(issuedAt::plus)
                                .orElse(null)
                        : null);
    }

    /** Keep-alive renews what is old, and puts a look off after a failure. */
    private Instant renewal(@Nullable Instant issuedAt, Instant nextLook) {
        var old = (issuedAt == null ? Instant.EPOCH : issuedAt).plus(keepAlive.after());
        return old.isAfter(nextLook) ? old : nextLook;
    }

    /** What FusionAuth did not date is 1970 in the store. */
    private static @Nullable Instant known(long millis) {
        return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }

    /**
     * A row of {@code grants}.
     *
     * @param account empty for one that is not shown
     */
    private record Row(String id, long version, Optional<StoredAccount> account) {

        boolean shows(Predicate<UUID> provider) {
            return account.filter(known -> provider.test(known.provider().id())).isPresent();
        }
    }

    /** @param end what the next page comes after; empty if there is none */
    record Page(List<StoredAccount> accounts, Optional<String> end) {}

    /** An account without what FusionAuth alone knows: its display name, and when the person last signed in to it. */
    record StoredAccount(
            String id,
            String userId,
            ProviderRef provider,
            String providerUserId,
            @Nullable Instant linkedAt,
            String status,
            @Nullable String reason,
            @JsonUnwrapped GrantState grant) {}
}
