package io.tokenbroker.ops;

import io.quarkus.arc.Arc;
import io.tokenbroker.ops.ProvidersReady.UsersReadable;
import org.eclipse.microprofile.health.Readiness;

/** What the half-minute timers do, now: for tests of what they see. */
public final class ReadGauges {

    private ReadGauges() {}

    public static void now() {
        Arc.container().instance(StateGauges.class).get().nameProviders();
        Arc.container().instance(AccountGauges.class).get().count();
        Arc.container()
                .instance(UsersReadable.class, Readiness.Literal.INSTANCE)
                .get()
                .ask();
    }
}
