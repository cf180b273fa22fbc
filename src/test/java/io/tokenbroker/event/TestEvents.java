package io.tokenbroker.event;

import io.quarkus.arc.Arc;
import java.net.URI;
import java.time.Clock;
import java.util.Map;

/** The events of stores without a broker around them. */
public final class TestEvents {

    private TestEvents() {}

    /** There is no receiver. */
    public static AccountEvents none() {
        return new AccountEvents(new Outbox(new Receivers(Map.of()), URI.create("urn:test"), Clock.systemUTC()));
    }

    /** What a timer does each ten seconds, now. */
    public static void readBacklog() {
        Arc.container().instance(Backlog.class).get().look();
    }

    /** All providers work, as far as is known. */
    @SuppressWarnings("NullAway") // what is not known to be misconfigured is not written
    public static ProviderStates allWorking() {
        return new ProviderStates(null, null, null, Clock.systemUTC());
    }
}
