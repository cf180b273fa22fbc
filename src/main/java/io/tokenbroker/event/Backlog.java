package io.tokenbroker.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.vertx.http.ManagementInterface;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.event.OutboxRows.State;
import io.tokenbroker.event.Receivers.Receiver;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How far the delivery of events is behind: {@code /q/events} on the management port, and metrics. */
@Singleton
class Backlog {

    private final Receivers receivers;
    private final OutboxRows rows;
    private final ObjectMapper json;
    private final Clock clock;
    private volatile Map<String, State> lastSeen = Map.of();

    Backlog(Receivers receivers, OutboxRows rows, ObjectMapper json, MeterRegistry metrics, Clock clock) {
        this.receivers = receivers;
        this.rows = rows;
        this.json = json;
        this.clock = clock;
        for (var receiver : receivers.all()) {
            gauge(metrics, receiver, "waiting", "Events that wait to be delivered.", State::waiting);
            gauge(metrics, receiver, "dead", "Events that were given up within a day.", State::deadOfLate);
            gauge(metrics, receiver, "lag.seconds", "Age of the oldest event that waits.", this::lag);
        }
    }

    private void gauge(
            MeterRegistry metrics, Receiver receiver, String name, String description, ToDoubleFunction<State> value) {
        Gauge.builder("broker.events." + name, () -> value.applyAsDouble(of(receiver, lastSeen)))
                .description(description)
                .tag("receiver", receiver.name())
                .register(metrics);
    }

    private double lag(State state) {
        return state.oldest() == 0 ? 0 : Math.max(0, clock.millis() - state.oldest()) / 1_000.0;
    }

    private static State of(Receiver receiver, Map<String, State> states) {
        return states.getOrDefault(receiver.name(), new State(receiver.name(), 0, 0, 0, 0, 0));
    }

    @Scheduled(every = "10s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void look() {
        if (receivers.all().isEmpty()) {
            return;
        }
        try {
            lastSeen = read();
        } catch (StoreUnavailable away) {
            // What was seen last stands until the store is back.
        }
    }

    private Map<String, State> read() {
        return rows.states().stream().collect(Collectors.toMap(State::receiver, Function.identity()));
    }

    void register(@Observes ManagementInterface management) {
        management.router().get("/q/events").blockingHandler(this::answer, false);
    }

    private void answer(RoutingContext request) {
        try {
            var states = read();
            var body = new Deliveries(receivers.all().stream()
                    .map(receiver -> ReceiverView.of(receiver, of(receiver, states)))
                    .toList());
            request.response().putHeader("Content-Type", "application/json").end(json.writeValueAsString(body));
        } catch (StoreUnavailable | JsonProcessingException away) {
            request.response().setStatusCode(503).end();
        }
    }

    record Deliveries(List<ReceiverView> receivers) {}

    /**
     * @param url without path and query, which may hold a secret
     * @param oldestAt when the oldest event that waits happened
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ReceiverView(
            String name,
            String url,
            List<String> types,
            long waiting,
            long failing,
            long dead,
            @Nullable Instant oldestAt) {

        static ReceiverView of(Receiver receiver, State state) {
            return new ReceiverView(
                    receiver.name(),
                    receiver.origin(),
                    receiver.types().stream().map(Event.Type::word).toList(),
                    state.waiting(),
                    state.failing(),
                    state.dead(),
                    state.oldest() == 0 ? null : Instant.ofEpochMilli(state.oldest()));
        }
    }
}
