package io.tokenbroker.event;

import io.quarkus.rest.client.reactive.Url;
import io.tokenbroker.event.OutboxRows.Claimed;
import io.tokenbroker.event.Receivers.Receiver;
import io.tokenbroker.upstream.Deadline;
import io.tokenbroker.upstream.EgressPolicy;
import io.tokenbroker.upstream.OutboundConnections.UnfinishedAnswers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.rest.client.annotation.RegisterProvider;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.eclipse.microprofile.rest.client.inject.RestClient;

/** Posts a signed event to its receiver, as Standard Webhooks says. Blocks. */
@ApplicationScoped
class ReceiverHttp {

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

    private final ReceiverRestClient client;
    private final EgressPolicy egress;

    ReceiverHttp(@RestClient ReceiverRestClient client, EgressPolicy egress) {
        this.client = client;
        this.egress = egress;
    }

    Answer post(Receiver receiver, Claimed event, Instant now) {
        var objection = egress.objection(receiver.url());
        if (objection.isPresent()) {
            return new Answer.Refused("its URL " + objection.get());
        }
        var timestamp = now.getEpochSecond();
        var signature = receiver.signature(event.id(), timestamp, event.body());
        try {
            var status = Deadline.within(SEND_TIMEOUT, () -> {
                try (var response =
                        client.post(receiver.url().toString(), event.id(), timestamp, signature, event.body())) {
                    return response.getStatus();
                }
            });
            return status / 100 == 2 ? new Answer.Taken() : new Answer.Refused("status " + status);
        } catch (IOException e) {
            return new Answer.Refused(
                    e.getCause() instanceof TimeoutException ? "no answer in 10 s" : "no connection, or it broke off");
        }
    }

    /** Whether the receiver has taken an event. */
    sealed interface Answer {

        record Taken() implements Answer {}

        /** @param why in words that hold nothing of the answer */
        record Refused(String why) implements Answer {}
    }

    /** HTTP to receivers, for this package only. Timeouts and redirects (none are followed) are in the application's properties. */
    @RegisterRestClient(configKey = "receiver")
    @RegisterProvider(UnfinishedAnswers.class)
    interface ReceiverRestClient {

        /** CloudEvents' structured mode, by Standard Webhooks' headers. */
        @POST
        @Consumes("application/cloudevents+json")
        Response post(
                @Url String url,
                @HeaderParam("webhook-id") String id,
                @HeaderParam("webhook-timestamp") long timestamp,
                @HeaderParam("webhook-signature") String signature,
                String body);
    }
}
