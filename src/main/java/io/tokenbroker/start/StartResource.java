package io.tokenbroker.start;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.problem.Body;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

@Path("/authorizations/start")
@Tag(name = "Linking")
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
    @Operation(
            operationId = "startAuthorization",
            summary = "Start to connect an account, to authorize one again, or to consent to another resource",
            description =
                    "Send the browser to authorize_url. What comes back at redirect_uri goes to complete, as it is. The reauthorize of any problem can be sent here, together with redirect_uri. With account_id and scopes of a resource that is not Microsoft Graph, at Entra, the person is asked for consent alone: nobody redeems that code, and nothing about the link changes.")
    public AuthorizationStarted start(@Nullable AuthorizationRequest request) {
        return service.start((Caller.User) Caller.of(identity), Body.required(request));
    }

    @Schema(name = "AuthorizationStarted")
    record AuthorizationStarted(
            @Schema(
                    description = "Sealed; the provider returns it.",
                    examples = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..")
            String state,

            @Schema(
                    description = "Where to send the browser.",
                    examples =
                            "https://login.microsoftonline.com/5f0c6a52-31f6-4a0e-9d1f-0f4d2a7f8a10/oauth2/v2.0/authorize?response_type=code")
            String authorizeUrl,

            @Schema(description = "Until when it can be completed.")
            Instant expiresAt) {

        /** Without the state, which the URL has too. */
        @Override
        public String toString() {
            return "AuthorizationStarted[expiresAt=%s]".formatted(expiresAt);
        }
    }
}
