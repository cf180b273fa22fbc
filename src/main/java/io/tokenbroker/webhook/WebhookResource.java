package io.tokenbroker.webhook;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.http.RequestBodies;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemMappers;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.FusionAuthSettings;
import io.tokenbroker.webhook.FusionAuthEvent.Change;
import io.tokenbroker.webhook.FusionAuthEvent.Ignored;
import io.tokenbroker.webhook.FusionAuthEvent.Malformed;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Where FusionAuth's webhooks arrive. What it may have signed is answered by 204: another answer may undo its change. */
@Path("/webhooks/fusionauth")
@RunOnVirtualThread
class WebhookResource {

    private static final Logger LOG = Logger.getLogger(WebhookResource.class);
    private static final String SIGNATURE = "X-FusionAuth-Signature-JWT";

    private final WebhookSignature signature;
    private final ToldEvents events;
    private final FusionAuthSettings ours;
    private final ObjectMapper json;
    private final MeterRegistry metrics;
    private final RoutingContext http;

    WebhookResource(
            WebhookSignature signature,
            ToldEvents events,
            BrokerSettings settings,
            ObjectMapper json,
            MeterRegistry metrics,
            RoutingContext http) {
        this.signature = signature;
        this.events = events;
        this.ours = settings.fusionauth();
        this.json = json;
        this.metrics = metrics;
        this.http = http;
    }

    @POST
    @PermitAll
    public void receive(@HeaderParam(SIGNATURE) @Nullable String jwt) {
        if (!signature.canBeChecked()) {
            throw ProblemMappers.ofStatus(404);
        }
        // To the letter as it came, for that is what was signed.
        var body =
                Optional.ofNullable(http.body().buffer()).map(Buffer::getBytes).orElse(new byte[0]);
        if (RequestBodies.isTooLarge(http)) {
            count(FusionAuthEvent.OTHER, "too_large");
        } else if (jwt == null) {
            refuse();
        } else {
            receive(jwt, body);
        }
    }

    private void receive(String jwt, byte[] body) {
        boolean isSigned;
        try {
            isSigned = signature.covers(jwt, body);
        } catch (BrokerException keysAreAway) {
            count(FusionAuthEvent.OTHER, "unchecked");
            return;
        }
        if (!isSigned) {
            refuse();
        }
        var event = read(body);
        count(event.type(), outcomeOf(event));
    }

    private void refuse() {
        count(FusionAuthEvent.OTHER, "refused");
        throw new BrokerException(
                ProblemType.UNAUTHORIZED,
                "The webhook is not signed, not by the key that the broker expects, or was altered: see broker.fusionauth.webhook-key-id and .webhook-secret.");
    }

    private String outcomeOf(FusionAuthEvent event) {
        return switch (event) {
            case Change change -> events.take(change) ? "taken" : "known";
            case Ignored _ -> "ignored";
            case Malformed _ -> {
                LOG.warnf(
                        "A webhook that FusionAuth has signed is none that the broker understands (%s)", event.type());
                yield "malformed";
            }
        };
    }

    /** What it holds is not logged: it may be a refresh token. */
    private FusionAuthEvent read(byte[] body) {
        try {
            return FusionAuthEvent.of(json.readTree(body), ours);
        } catch (IOException unreadable) {
            return new Malformed(FusionAuthEvent.OTHER);
        }
    }

    private void count(String type, String outcome) {
        Counter.builder("broker.webhook.events")
                .description("Events that FusionAuth has told, by type and by what came of them.")
                .tag("type", type)
                .tag("outcome", outcome)
                .register(metrics)
                .increment();
    }
}
