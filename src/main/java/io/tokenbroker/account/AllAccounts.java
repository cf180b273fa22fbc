package io.tokenbroker.account;

import io.tokenbroker.account.AllAccounts.Listed.AccountPage;
import io.tokenbroker.account.StoredAccounts.StoredAccount;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.policy.ClientPolicy;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.BrokerException.FieldError;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Sealer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The accounts of all users at a client's providers, page by page. Blocks. */
@Singleton
class AllAccounts {

    private static final Set<String> STATUSES = Set.of(AccountView.ACTIVE, AccountView.MARKED);
    private static final int MOST = 100;
    private static final String CURSOR = "accounts-cursor";

    private final StoredAccounts stored;
    private final Sealer sealer;

    AllAccounts(StoredAccounts stored, Sealer sealer) {
        this.stored = stored;
        this.sealer = sealer;
    }

    /** @throws BrokerException if a parameter is none, and while the store is away */
    AccountPage page(ClientPolicy policy, @Nullable String status, @Nullable String limit, @Nullable String after) {
        var wanted = sent(status);
        wanted.ifPresent(AllAccounts::require);
        var most = sent(limit).map(AllAccounts::number).orElse(MOST);
        var begin = sent(after).map(this::opened).orElse("");
        try {
            var page = stored.page(wanted, begin, most, policy::allowsProvider);
            return new AccountPage(
                    page.accounts(),
                    page.end()
                            .map(account -> sealer.seal(CURSOR, new Cursor(account)))
                            .orElse(null));
        } catch (StoreUnavailable away) {
            throw new BrokerException(
                            ProblemType.STORE_UNAVAILABLE,
                            "The broker's store is not available, and it alone knows the accounts of all users. Try again soon; "
                                    + "the broker's operator should look at broker.store.url and the readiness report.")
                    .withRetryAfter(Duration.ofSeconds(1));
        }
    }

    private static void require(String status) {
        if (status.equals(AccountView.NO_TOKEN)) {
            throw BrokerException.invalidField(
                    "status",
                    "cannot be no_refresh_token: the store has accounts with a refresh token only, and these lists are made of it");
        }
        if (!STATUSES.contains(status)) {
            throw BrokerException.invalidField("status", "must be active or reauthorization_required, or be left out");
        }
    }

    /** Refuses what only these pages have: where one user is meant, nothing would be done about it. */
    static void requireNone(@Nullable String status, @Nullable String limit, @Nullable String after) {
        var errors = Stream.of(unused("status", status), unused("limit", limit), unused("after", after))
                .flatMap(Optional::stream)
                .toList();
        if (!errors.isEmpty()) {
            throw BrokerException.invalidFields(errors);
        }
    }

    private static Optional<FieldError> unused(String name, @Nullable String value) {
        return sent(value).map(text -> new FieldError(name, "is for lists of all users' accounts, without user_id"));
    }

    /** One without a value was not sent. */
    private static Optional<String> sent(@Nullable String value) {
        return Optional.ofNullable(value).filter(text -> !text.isEmpty());
    }

    private static int number(String limit) {
        var number = limit.matches("[0-9]{1,3}") ? Integer.parseInt(limit) : 0;
        if (number < 1 || number > MOST) {
            throw BrokerException.invalidField("limit", "must be a number from 1 to %d".formatted(MOST));
        }
        return number;
    }

    private String opened(String after) {
        return sealer.open(CURSOR, after, Cursor.class)
                .map(Cursor::account)
                .filter(Objects::nonNull)
                .orElseThrow(() -> BrokerException.invalidField(
                        "after", "must be the next of the page before; leave it out to begin anew"));
    }

    /** Sealed, for the account that a page ends with may be of a provider that does not exist for the client. */
    record Cursor(String account) {}

    /** What {@code GET /accounts} answers. */
    sealed interface Listed {

        /** Of one user. */
        record AccountList(List<AccountView> accounts) implements Listed {}

        /** Of any user. */
        record AccountPage(
                List<StoredAccount> accounts, @Nullable String next) implements Listed {}
    }
}
