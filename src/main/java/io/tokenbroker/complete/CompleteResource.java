package io.tokenbroker.complete;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.Metered;
import io.tokenbroker.complete.AuthorizationStates.CompleteRequest;
import io.tokenbroker.problem.Parameters.Body;
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
    private final SecurityIdentity identity;

    CompleteResource(CompleteService service, SecurityIdentity identity) {
        this.service = service;
        this.identity = identity;
    }

    @POST
    @RolesAllowed(Caller.USER)
    public RestResponse<Completed> complete(@Nullable CompleteRequest request) {
        return switch (service.complete((Caller.User) Caller.of(identity), Body.required(request))) {
            case Completed.Linked linked -> RestResponse.ok(linked);
            case Completed.Pending pending -> RestResponse.status(RestResponse.Status.ACCEPTED, pending);
        };
    }
}
