package io.tokenbroker.account;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.account.AllAccounts.Listed;
import io.tokenbroker.account.AllAccounts.Listed.AccountList;
import io.tokenbroker.audit.AuditEvent.Action;
import io.tokenbroker.audit.AuditEvent.Actor;
import io.tokenbroker.audit.AuditEvent.Deed;
import io.tokenbroker.audit.AuditLog;
import io.tokenbroker.audit.Origin;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.Metered;
import io.tokenbroker.link.AccountId;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

@Path("/accounts")
@Metered
@RunOnVirtualThread
class AccountsResource {

    private final Accounts accounts;
    private final Unlinking unlinking;
    private final StoredAccounts stored;
    private final AllAccounts all;
    private final AuditLog audit;
    private final SecurityIdentity identity;

    AccountsResource(
            Accounts accounts,
            Unlinking unlinking,
            StoredAccounts stored,
            AllAccounts all,
            AuditLog audit,
            SecurityIdentity identity) {
        this.accounts = accounts;
        this.unlinking = unlinking;
        this.stored = stored;
        this.all = all;
        this.audit = audit;
        this.identity = identity;
    }

    @GET
    @RolesAllowed({Caller.USER, Caller.CLIENT})
    public Listed list(
            @QueryParam("user_id") @Nullable String userId,
            @QueryParam("status") @Nullable String status,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after,
            RoutingContext request) {
        var caller = Caller.of(identity);
        if (userId == null && caller instanceof Caller.Client client) {
            client.policy().requireListingAll();
            var page = all.page(client.policy(), status, limit, after);
            audit.sum(Deed.of(
                    Action.READ,
                    Actor.of(client),
                    Optional.empty(),
                    Origin.of(request).door(),
                    "listed"));
            return page;
        }
        var owner = VisibleAccounts.owner(caller, userId);
        AllAccounts.requireNone(status, limit, after);
        return new AccountList(stored.completed(owner, accounts.list(owner, VisibleAccounts.providers(caller))));
    }

    @GET
    @Path("/{id}")
    @RolesAllowed({Caller.USER, Caller.CLIENT})
    public AccountView get(@PathParam("id") String id, @QueryParam("user_id") @Nullable String userId) {
        var caller = Caller.of(identity);
        return stored.completed(accounts.get(VisibleAccounts.owner(caller, userId), VisibleAccounts.id(caller, id)));
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Caller.USER)
    public void unlink(@PathParam("id") String id, RoutingContext request) {
        var user = (Caller.User) Caller.of(identity);
        var account = AccountId.parse(id).orElseThrow(Accounts::notFound);
        var unsure = unlinking.unlink(user.id(), account);
        audit.writeOwn(Action.UNLINK, user, Optional.of(account), Unlinking.UNLINKED, request);
        unsure.ifPresent(why -> {
            throw why;
        });
    }
}
