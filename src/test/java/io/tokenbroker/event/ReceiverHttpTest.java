package io.tokenbroker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.event.OutboxRows.Claimed;
import io.tokenbroker.event.OutboxRows.Due;
import io.tokenbroker.event.ReceiverHttp.Answer;
import io.tokenbroker.event.Receivers.Receiver;
import io.tokenbroker.support.Settings;
import io.tokenbroker.upstream.EgressPolicy;
import io.tokenbroker.upstream.OutboundProxy;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where no event is sent. */
class ReceiverHttpTest {

    @ParameterizedTest
    @CsvSource({
        "https://10.0.0.7/events, a private address",
        "https://[fd00::7]/events, a private address",
        "https://127.0.0.1/events, a loopback address",
        "https://169.254.169.254/latest, metadata",
        "http://192.0.2.7/events, not https"
    })
    void aReceiverAtAPrivateAddressIsNotTold(String url, String why) {
        var egress = new EgressPolicy(Settings.of(Map.of()), new OutboundProxy(Optional.empty(), Optional.empty()));
        var http = new ReceiverHttp(
                (to, id, timestamp, signature, body) -> {
                    throw new AssertionError("An event was sent to " + to);
                },
                egress);
        var event = new Claimed(new Due("operations", "an id", 1), "account.linked", "{}", Instant.EPOCH);

        var answer = http.post(Receiver.of("operations", TestEvents.settings(url)), event, Instant.EPOCH);

        assertThat(answer)
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused ->
                                assertThat(refused.why()).startsWith("its URL ").contains(why));
    }
}
