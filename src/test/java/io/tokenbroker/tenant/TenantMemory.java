package io.tokenbroker.tenant;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ClientProxy;
import io.tokenbroker.tenant.HeldBack.RefusedClients;
import io.tokenbroker.tenant.HeldBack.TenantPauses;

/** What the broker remembers of tenants, such as a pause, outlives a test, for the clock is set back in between. */
public final class TenantMemory {

    private TenantMemory() {}

    public static void forget() {
        ClientProxy.unwrap(Arc.container().instance(Discovery.class).get())
                .believed
                .invalidateAll();
        ClientProxy.unwrap(Arc.container().instance(TenantPauses.class).get())
                .pauses
                .invalidateAll();
        ClientProxy.unwrap(Arc.container().instance(RefusedClients.class).get())
                .refusals
                .invalidateAll();
        ClientProxy.unwrap(Arc.container().instance(RefreshGrants.class).get())
                .bulkheads
                .invalidateAll();
    }
}
