package io.tokenbroker.mint;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.mint.BatchRequest.BatchItemRequest;
import io.tokenbroker.problem.Body;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.jspecify.annotations.Nullable;

@Path("/policy")
class PolicyResource {

    private final Explanations explanations;
    private final SecurityIdentity identity;

    PolicyResource(Explanations explanations, SecurityIdentity identity) {
        this.explanations = explanations;
        this.identity = identity;
    }

    @POST
    @Path("/explain")
    @RunOnVirtualThread
    @RolesAllowed(Caller.CLIENT)
    public Explanation explain(@Nullable BatchItemRequest body) {
        var asked = Body.required(body);
        return explanations.of((Caller.Client) Caller.of(identity), asked.accountId(), asked.mint());
    }
}
