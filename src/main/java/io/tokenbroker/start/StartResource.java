package io.tokenbroker.start;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.Metered;
import io.tokenbroker.problem.Parameters.Body;
import io.tokenbroker.start.StartService.AuthorizationStarted;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.jspecify.annotations.Nullable;

@Path("/authorizations/start")
@Metered
@RunOnVirtualThread
class StartResource {

    private final StartService service;
    private final SecurityIdentity identity;

    StartResource(StartService service, SecurityIdentity identity) {
        this.service = service;
        this.identity = identity;
    }

    @POST
    @RolesAllowed(Caller.USER)
    public AuthorizationStarted start(@Nullable AuthorizationRequest request) {
        return service.start((Caller.User) Caller.of(identity), Body.required(request));
    }
}
