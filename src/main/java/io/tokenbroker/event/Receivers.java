package io.tokenbroker.event;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.EventSettings;
import io.tokenbroker.settings.SecretsRotated;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The programs that are told of events, from the settings. */
@Singleton
public class Receivers {

    private volatile List<Receiver> all;

    @Inject
    Receivers(BrokerSettings settings) {
        this(settings.events());
    }

    Receivers(Map<String, EventSettings> settings) {
        all = of(settings);
    }

    /** Also what has waited is signed by the new secrets. */
    void rotate(@Observes SecretsRotated secrets) {
        all = of(secrets.settings().events());
    }

    private static List<Receiver> of(Map<String, EventSettings> settings) {
        return settings.entrySet().stream()
                .map(entry -> Receiver.of(entry.getKey(), entry.getValue()))
                .toList();
    }

    List<Receiver> all() {
        return all;
    }

    List<Receiver> wanting(Event.Type type) {
        return all.stream().filter(receiver -> receiver.types().contains(type)).toList();
    }

    /**
     * @param signers one for each secret: several while the secret is changed
     */
    record Receiver(String name, URI url, List<Webhook> signers, Set<Event.Type> types) {

        static Receiver of(String name, EventSettings settings) {
            var types = settings.types().map(Receiver::types).orElseGet(() -> EnumSet.allOf(Event.Type.class));
            return new Receiver(
                    name,
                    settings.url(),
                    settings.secret().stream().map(Webhook::new).toList(),
                    types);
        }

        private static Set<Event.Type> types(List<String> words) {
            return Arrays.stream(Event.Type.values())
                    .filter(type -> words.contains(type.word()))
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Event.Type.class)));
        }

        /** The header {@code webhook-signature}: a signature by each secret, separated by blanks. */
        String signature(String id, long timestamp, String body) {
            return signers.stream()
                    .map(signer -> {
                        try {
                            return signer.sign(id, timestamp, body);
                        } catch (WebhookSigningException e) {
                            throw new IllegalStateException("HMAC-SHA-256 is there in every JDK", e);
                        }
                    })
                    .collect(Collectors.joining(" "));
        }

        /** Scheme, host and port. */
        String origin() {
            var port = url.getPort() < 0 ? "" : ":" + url.getPort();
            return url.getScheme() + "://" + url.getHost() + port;
        }

        /** Without the secrets. */
        @Override
        public String toString() {
            return name;
        }
    }

    /** What the settings of one receiver must satisfy. */
    public static final class ReceiverRules {

        private static final String PREFIX = "whsec_";

        /** As Standard Webhooks wants it. */
        private static final int SHORTEST = 24;

        private static final int LONGEST = 64;

        private ReceiverRules() {}

        public static boolean isType(String word) {
            return Arrays.stream(Event.Type.values())
                    .anyMatch(type -> type.word().equals(word));
        }

        public static boolean isSecret(String text) {
            try {
                var bytes = Base64.getDecoder().decode(text.substring(text.startsWith(PREFIX) ? PREFIX.length() : 0));
                return bytes.length >= SHORTEST && bytes.length <= LONGEST;
            } catch (IllegalArgumentException notBase64) {
                return false;
            }
        }
    }
}
