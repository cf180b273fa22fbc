package io.tokenbroker.resolve;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.audit.AuditEvent.Action;
import io.tokenbroker.audit.AuditLog;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.Metered;
import io.tokenbroker.complete.Completed;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.Parameters.Body;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import org.jspecify.annotations.Nullable;

@Path("/authorizations/resolve")
@Metered
@RunOnVirtualThread
class ResolveResource {

    private final ResolveService service;
    private final AuditLog audit;
    private final SecurityIdentity identity;

    ResolveResource(ResolveService service, AuditLog audit, SecurityIdentity identity) {
        this.service = service;
        this.audit = audit;
        this.identity = identity;
    }

    @POST
    // A body of one text could otherwise be made of plain text.
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Caller.USER)
    public Completed.Linked resolve(@Nullable ResolveRequest request, RoutingContext http) {
        var user = (Caller.User) Caller.of(identity);
        var linked = service.resolve(user, Body.required(request).pendingLinkId());
        audit.writeOwn(Action.RESOLVE, user, AccountId.parse(linked.account().id()), linked.status(), http);
        return linked;
    }

    record ResolveRequest(String pendingLinkId) {

        @SuppressWarnings("ConstantValue") // JSON may leave out what the type says is there
        ResolveRequest {
            if (pendingLinkId == null || pendingLinkId.isBlank()) {
                throw BrokerException.invalidField("pending_link_id", "is required");
            }
        }

        @Override
        public String toString() {
            return "ResolveRequest[***]";
        }
    }
}
