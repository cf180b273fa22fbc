package io.tokenbroker.resolve;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.Metered;
import io.tokenbroker.complete.Completed;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.Parameters.Body;
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
    private final SecurityIdentity identity;

    ResolveResource(ResolveService service, SecurityIdentity identity) {
        this.service = service;
        this.identity = identity;
    }

    @POST
    // A body of one text could otherwise be made of plain text.
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Caller.USER)
    public Completed.Linked resolve(@Nullable ResolveRequest request) {
        return service.resolve(
                (Caller.User) Caller.of(identity), Body.required(request).pendingLinkId());
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
