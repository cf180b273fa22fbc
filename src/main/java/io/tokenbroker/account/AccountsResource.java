package io.tokenbroker.account;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.audit.AuditEvent.Action;
import io.tokenbroker.audit.AuditLog;
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
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

@Path("/accounts")
@Metered
@RunOnVirtualThread
class AccountsResource {

    private final Accounts accounts;
    private final AuditLog audit;
    private final SecurityIdentity identity;

    AccountsResource(Accounts accounts, AuditLog audit, SecurityIdentity identity) {
        this.accounts = accounts;
        this.audit = audit;
        this.identity = identity;
    }

    @GET
    @RolesAllowed({Caller.USER, Caller.CLIENT})
    public AccountList list(@QueryParam("user_id") @Nullable String userId) {
        var caller = Caller.of(identity);
        return new AccountList(accounts.list(VisibleAccounts.owner(caller, userId), VisibleAccounts.providers(caller)));
    }

    @GET
    @Path("/{id}")
    @RolesAllowed({Caller.USER, Caller.CLIENT})
    public AccountView get(@PathParam("id") String id, @QueryParam("user_id") @Nullable String userId) {
        var caller = Caller.of(identity);
        return accounts.get(VisibleAccounts.owner(caller, userId), VisibleAccounts.id(caller, id));
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Caller.USER)
    public void unlink(@PathParam("id") String id, RoutingContext request) {
        var user = (Caller.User) Caller.of(identity);
        var account = AccountId.parse(id).orElseThrow(Accounts::notFound);
        accounts.unlink(user.id(), account);
        audit.writeOwn(Action.UNLINK, user, Optional.of(account), "unlinked", request);
    }

    record AccountList(List<AccountView> accounts) {}
}
