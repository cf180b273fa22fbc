package io.tokenbroker.event;

import io.quarkus.arc.Arc;
import io.tokenbroker.settings.EventSettings;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The events of stores without a broker around them. */
public final class TestEvents {

    private TestEvents() {}

    /** There is no receiver. */
    public static AccountEvents none() {
        return new AccountEvents(outbox(Map.of(), Clock.systemUTC()));
    }

    /** One receiver of that name wants all. */
    public static AccountEvents to(String receiver) {
        return new AccountEvents(outbox(receiver, Clock.systemUTC()));
    }

    static Outbox outbox(String receiver, Clock clock) {
        return outbox(Map.of(receiver, settings("https://receiver.example")), clock);
    }

    private static Outbox outbox(Map<String, EventSettings> receivers, Clock clock) {
        return new Outbox(new Receivers(receivers), URI.create("urn:test"), clock);
    }

    /** What a timer does each ten seconds, now. */
    public static void readBacklog() {
        Arc.container().instance(Backlog.class).get().look();
    }

    /** All providers work, as far as is known. */
    @SuppressWarnings("NullAway") // what is not known to be misconfigured is not written
    public static ProviderStates allWorking() {
        return new ProviderStates(null, outbox(Map.of(), Clock.systemUTC()), null, Clock.systemUTC());
    }

    /** Of one that wants all types. */
    static EventSettings settings(String url) {
        return new EventSettings() {

            @Override
            public URI url() {
                return URI.create(url);
            }

            @Override
            public List<String> secret() {
                return List.of("whsec_c2lnbmluZy1zZWNyZXQtb2YtdGhlLW91dGJveA==");
            }

            @Override
            public Optional<String> secretFile() {
                return Optional.empty();
            }

            @Override
            public Optional<List<String>> types() {
                return Optional.empty();
            }
        };
    }
}
