package io.tokenbroker.complete;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.problem.Body;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

@Path("/authorizations/complete")
@Tag(name = "Linking")
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
    @Operation(
            operationId = "completeAuthorization",
            summary = "Complete what start began",
            description =
                    "By the same user, with what the provider sent to redirect_uri. FusionAuth redeems the code; a state can be completed once. Where start asked for consent alone, nobody redeems it: the broker tries a mint for that resource, and answers linked if it works, else the problem that a back end would get, such as consent_required. That mint's token is never shown here.")
    @APIResponse(
            responseCode = "200",
            description = "The account is linked; after consent, it also works for the resource.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Completed.Linked.class)))
    @APIResponse(
            responseCode = "202",
            description = "The link is pending: show identity to the person, and resolve when they agree.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Completed.Pending.class)))
    public RestResponse<Completed> complete(@Nullable CompleteRequest request) {
        return switch (service.complete((Caller.User) Caller.of(identity), Body.required(request))) {
            case Completed.Linked linked -> RestResponse.ok(linked);
            case Completed.Pending pending -> RestResponse.status(RestResponse.Status.ACCEPTED, pending);
        };
    }
}
