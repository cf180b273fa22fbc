package io.tokenbroker.account;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.account.AllAccounts.Listed;
import io.tokenbroker.account.AllAccounts.Listed.AccountList;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.Metered;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

@Path("/accounts")
@Metered
@RunOnVirtualThread
class AccountsResource {

    private final Accounts accounts;
    private final StoredAccounts stored;
    private final AllAccounts all;
    private final SecurityIdentity identity;

    AccountsResource(Accounts accounts, StoredAccounts stored, AllAccounts all, SecurityIdentity identity) {
        this.accounts = accounts;
        this.stored = stored;
        this.all = all;
        this.identity = identity;
    }

    @GET
    @RolesAllowed({Caller.USER, Caller.CLIENT})
    public Listed list(
            @QueryParam("user_id") @Nullable String userId,
            @QueryParam("status") @Nullable String status,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        if (userId == null && Caller.of(identity) instanceof Caller.Client client) {
            client.policy().requireListingAll();
            return all.page(client.policy(), status, limit, after);
        }
        var owner = owner(userId);
        AllAccounts.requireNone(status, limit, after);
        return new AccountList(stored.completed(owner, accounts.list(owner, visibleProviders())));
    }

    @GET
    @Path("/{id}")
    @RolesAllowed({Caller.USER, Caller.CLIENT})
    public AccountView get(@PathParam("id") String id, @QueryParam("user_id") @Nullable String userId) {
        var owner = owner(userId);
        var account = AccountId.parse(id)
                .filter(parsed -> visibleProviders().test(parsed.providerId()))
                .orElseThrow(Accounts::notFound);
        return stored.completed(accounts.get(owner, account));
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Caller.USER)
    public void unlink(@PathParam("id") String id) {
        accounts.unlink(owner(null), AccountId.parse(id).orElseThrow(Accounts::notFound));
    }

    private UUID owner(@Nullable String userId) {
        return switch (Caller.of(identity)) {
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

    /** A client sees accounts of its policy's providers; the others do not exist for it. */
    private Predicate<UUID> visibleProviders() {
        return switch (Caller.of(identity)) {
            case Caller.User user -> provider -> true;
            case Caller.Client client -> client.policy()::allowsProvider;
        };
    }
}
