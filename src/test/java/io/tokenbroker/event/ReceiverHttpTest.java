package io.tokenbroker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.event.OutboxRows.Waiting;
import io.tokenbroker.event.ReceiverHttp.Answer;
import io.tokenbroker.event.Receivers.Receiver;
import io.tokenbroker.support.Settings;
import io.tokenbroker.upstream.EgressPolicy;
import io.tokenbroker.upstream.OutboundProxy;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiverHttpTest {

    private static final Instant NOW = Instant.parse("2026-11-30T08:00:00Z");

    @ParameterizedTest
    @ValueSource(strings = {"http://ops.example/", "https://10.0.0.1/", "https://169.254.169.254/latest"})
    void aReceiverAtAnAddressThatIsNotAllowedIsSentNothing(String url) {
        var settings = Settings.of(Map.of(
                "broker.events.operations.url",
                url,
                "broker.events.operations.secret",
                "whsec_c2lnbmluZy1zZWNyZXQtb2YtdGhlLXJlY2VpdmVycw=="));
        var egress = new EgressPolicy(settings, new OutboundProxy(Optional.empty(), Optional.empty()));
        var http = new ReceiverHttp(
                (to, id, timestamp, signature, body) -> {
                    throw new AssertionError("Sent to " + to);
                },
                egress);
        var receiver = Receiver.of("operations", settings.events().get("operations"));

        var answer = http.post(receiver, new Waiting("operations", "1", "account.linked", "{}", NOW, 0, 0), NOW);

        assertThat(answer)
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.why()).startsWith("its URL "));
    }
}
