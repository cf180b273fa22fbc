package io.tokenbroker.complete;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.audit.AuditEvent.Action;
import io.tokenbroker.audit.AuditLog;
import io.tokenbroker.audit.Origin;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.Metered;
import io.tokenbroker.complete.AuthorizationStates.CompleteRequest;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.Parameters.Body;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

@Path("/authorizations/complete")
@Metered
@RunOnVirtualThread
class CompleteResource {

    private final CompleteService service;
    private final AuditLog audit;
    private final SecurityIdentity identity;

    CompleteResource(CompleteService service, AuditLog audit, SecurityIdentity identity) {
        this.service = service;
        this.audit = audit;
        this.identity = identity;
    }

    @POST
    @RolesAllowed(Caller.USER)
    public RestResponse<Completed> complete(@Nullable CompleteRequest request, RoutingContext http) {
        var user = (Caller.User) Caller.of(identity);
        var completed = service.complete(user, Body.required(request), Origin.of(http));
        return switch (completed) {
            case Completed.Linked linked -> {
                var action = linked.isNew() ? Action.LINK : Action.REAUTHORIZE;
                audit.writeOwn(action, user, AccountId.parse(linked.account().id()), linked.status(), http);
                yield RestResponse.ok(linked);
            }
            case Completed.Pending pending -> {
                audit.writeOwn(Action.LINK, user, pending.account(), pending.status(), http);
                yield RestResponse.status(RestResponse.Status.ACCEPTED, pending);
            }
        };
    }
}
