package io.tokenbroker.provider;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.Metered;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Path("/providers")
@Metered
@RunOnVirtualThread
class ProvidersResource {

    private final Providers providers;

    ProvidersResource(Providers providers) {
        this.providers = providers;
    }

    @GET
    @RolesAllowed(Caller.USER)
    public ProviderList list() {
        return new ProviderList(providers.list().stream()
                .map(provider -> new ProviderView(
                        provider.id(), provider.name(), provider.issuer().orElse(null)))
                .toList());
    }

    record ProviderList(List<ProviderView> providers) {}

    record ProviderView(UUID id, String name, @Nullable String issuer) {}
}
