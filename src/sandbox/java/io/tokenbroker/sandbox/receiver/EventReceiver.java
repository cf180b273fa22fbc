package io.tokenbroker.sandbox.receiver;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import io.tokenbroker.sandbox.wire.HttpStandIn;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.sandbox.wire.LeakCheck;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Takes events whose signature is right, as Standard Webhooks says, and remembers all that comes. */
public final class EventReceiver extends HttpStandIn {

    private final Consumer<Received> listener;
    private volatile Webhook signatures;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile Reply reply = Reply.empty(204);

    /**
     * @param port where to listen; 0 takes any free one
     * @param secret what events must be signed with
     * @param listener is told of each event that is taken
     */
    public EventReceiver(int port, String secret, Consumer<Received> listener) {
        super(port);
        IssuedSecrets.record(secret);
        this.signatures = new Webhook(secret);
        this.listener = listener;
        start();
    }

    /** What came, in order; also what was not taken. */
    public List<Received> received() {
        return List.copyOf(received);
    }

    public void forget() {
        received.clear();
        reply = Reply.empty(204);
    }

    /** From now on every event whose signature is right is answered so. */
    public void answers(Reply with) {
        reply = with;
    }

    /** From now on this is what events must be signed with. */
    public void expects(String secret) {
        IssuedSecrets.record(secret);
        signatures = new Webhook(secret);
    }

    @Override
    protected Reply answer(Request request) {
        LeakCheck.keep("events.txt", request.headers() + " " + request.body());
        if (!isSigned(request)) {
            return Reply.empty(401);
        }
        var event = new Received(request.header("webhook-id").orElseThrow(), request.headers(), request.json());
        received.add(event);
        if (reply.status() == 204) {
            listener.accept(event);
        }
        return reply;
    }

    /** By one of several signatures. Whatever the time is: the broker's clock may run ahead in a test. */
    private boolean isSigned(Request request) {
        var id = request.header("webhook-id").orElse("");
        var timestamp = request.header("webhook-timestamp").map(Long::parseLong).orElse(0L);
        var given = request.header("webhook-signature").orElse("");
        try {
            return List.of(given.split(" ", -1)).contains(signatures.sign(id, timestamp, request.body()));
        } catch (WebhookSigningException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param id the webhook's, the same each time that it is sent
     * @param event in CloudEvents' structured mode
     */
    public record Received(String id, Map<String, String> headers, JsonNode event) {

        public String type() {
            return event.path("type").asText();
        }

        /** When it happened. */
        public Instant at() {
            return OffsetDateTime.parse(event.path("time").asText()).toInstant();
        }

        public String data(String member) {
            return event.path("data").path(member).asText();
        }
    }
}
