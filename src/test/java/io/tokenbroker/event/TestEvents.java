package io.tokenbroker.event;

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

    /** All providers work, as far as is known. */
    @SuppressWarnings("NullAway") // what is not known to be misconfigured is not written
    public static ProviderStates allWorking() {
        return new ProviderStates(null, null, null, Clock.systemUTC());
    }
}
