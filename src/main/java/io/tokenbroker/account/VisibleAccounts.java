package io.tokenbroker.account;

import io.tokenbroker.caller.Caller;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which accounts exist for a caller that reads: a user's own; for a client, those of a user it names and its policy allows. */
@Singleton
public class VisibleAccounts {

    private final Accounts accounts;

    VisibleAccounts(Accounts accounts) {
        this.accounts = accounts;
    }

    /** The account's link, if the account exists for this caller. Blocks. */
    public Link require(Caller caller, String id, @Nullable String userId) {
        return accounts.require(owner(caller, userId), id(caller, id));
    }

    static UUID owner(Caller caller, @Nullable String userId) {
        return switch (caller) {
            case Caller.User user -> {
                if (userId != null && !userId.equals(user.id().toString())) {
                    throw new BrokerException(
                            ProblemType.FORBIDDEN, "A user may see their own accounts only. Leave user_id out.");
                }
                yield user.id();
            }
            case Caller.Client client -> {
                client.policy().requireReading(client.user());
                yield named(userId);
            }
        };
    }

    static AccountId id(Caller caller, String id) {
        return AccountId.parse(id)
                .filter(parsed -> providers(caller).test(parsed.providerId()))
                .orElseThrow(Accounts::notFound);
    }

    /** A client sees accounts of its policy's providers; the others do not exist for it. */
    static Predicate<UUID> providers(Caller caller) {
        return switch (caller) {
            case Caller.User user -> provider -> true;
            case Caller.Client client -> client.policy()::allowsProvider;
        };
    }

    private static UUID named(@Nullable String userId) {
        if (userId == null) {
            throw BrokerException.invalidField("user_id", "is required of a client");
        }
        try {
            return UUID.fromString(userId);
        } catch (IllegalArgumentException notAnId) {
            throw BrokerException.invalidField("user_id", "must be a FusionAuth user id");
        }
    }
}
