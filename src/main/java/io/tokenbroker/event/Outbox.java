package io.tokenbroker.event;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonCloudEventData;
import io.cloudevents.jackson.JsonFormat;
import io.tokenbroker.database.Session;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;

/** Takes events to be sent. Each is written in the transaction of the row that it tells of: both are there, or neither. */
@Singleton
public class Outbox {

    private static final URI UNNAMED = URI.create("urn:token-broker");

    /** Events of one subject come one after the other, as the row that they tell of is locked. */
    private static final String ADD = """
            INSERT INTO events (receiver, event_id, subject, position, type, body, occurred_at, next_try_at, attempts, claimed_until)
            SELECT ?, ?, ?, COALESCE(MAX(position), 0) + 1, ?, ?, ?, ?, 0, 0
            FROM events WHERE receiver = ? AND subject = ?""";

    private final Receivers receivers;
    private final URI source;
    private final Clock clock;
    private final JsonFormat format = new JsonFormat();
    private final ObjectMapper json = new ObjectMapper();

    @Inject
    Outbox(Receivers receivers, BrokerSettings settings, Clock clock) {
        this(receivers, settings.publicUrl().orElse(UNNAMED), clock);
    }

    Outbox(Receivers receivers, URI source, Clock clock) {
        this.receivers = receivers;
        this.source = source;
        this.clock = clock;
    }

    /** Whether there is a receiver that wants this type. */
    boolean isWanted(Event.Type type) {
        return !receivers.wanting(type).isEmpty();
    }

    /** Adds an event to the session's transaction, for each receiver that wants it. */
    public void add(Session session, Event event) throws SQLException {
        var wanting = receivers.wanting(event.type());
        if (wanting.isEmpty()) {
            return;
        }
        var id = UUID.randomUUID().toString();
        var now = clock.instant();
        var body = new String(format.serialize(cloudEvent(id, now, event)), StandardCharsets.UTF_8);
        for (var receiver : wanting) {
            session.update(
                    ADD,
                    receiver.name(),
                    id,
                    event.subject(),
                    event.type().word(),
                    body,
                    now.toEpochMilli(),
                    now.toEpochMilli(),
                    receiver.name(),
                    event.subject());
        }
    }

    private CloudEvent cloudEvent(String id, Instant at, Event event) {
        return CloudEventBuilder.v1()
                .withId(id)
                .withSource(source)
                .withType(event.type().word())
                .withSubject(event.subject())
                .withTime(at.atOffset(ZoneOffset.UTC))
                .withData("application/json", JsonCloudEventData.wrap(json.valueToTree(event.data())))
                .build();
    }
}
