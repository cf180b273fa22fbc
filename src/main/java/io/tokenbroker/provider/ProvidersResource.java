package io.tokenbroker.provider;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.caller.Caller;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

@Path("/providers")
@Tag(name = "Linking")
@RunOnVirtualThread
class ProvidersResource {

    private final Providers providers;

    ProvidersResource(Providers providers) {
        this.providers = providers;
    }

    @GET
    @RolesAllowed(Caller.USER)
    @Operation(
            operationId = "listProviders",
            summary = "List the providers of which accounts can be connected",
            description =
                    "The OpenID Connect identity providers of FusionAuth that are enabled for the application and can work.")
    public ProviderList list() {
        return new ProviderList(providers.list().stream()
                .map(provider -> new ProviderView(
                        provider.id(), provider.name(), provider.issuer().orElse(null)))
                .toList());
    }

    @Schema(name = "Providers")
    record ProviderList(@Schema(description = "By name.") List<ProviderView> providers) {}

    @Schema(name = "Provider")
    record ProviderView(
            @Schema(description = "The identity provider's id in FusionAuth; start takes it as provider_id.")
            UUID id,

            @Schema(description = "Its name in FusionAuth.", examples = "Contoso")
            String name,

            @Schema(
                    description = "Its issuer; null where FusionAuth has explicit endpoints instead.",
                    examples = "https://login.microsoftonline.com/5f0c.../v2.0")
            @Nullable
            String issuer) {}
}
