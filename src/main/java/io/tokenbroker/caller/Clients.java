package io.tokenbroker.caller;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenbroker.policy.ClientPolicy;
import io.tokenbroker.policy.PolicyRules;
import io.tokenbroker.policy.RefreshTurns;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jose4j.lang.HashUtil;

/** The configured clients: by broker key, of which only the digest is known here, or by the subject of a token. */
// Made when first asked, which is after the settings have been checked.
@ApplicationScoped
public class Clients {

    /** {@code tbk_<client>_<43 url-safe characters>}: the last are 256 bits, so a plain digest is enough to keep. */
    private static final int SECRET_LENGTH = 43;

    private final Map<String, Registered> byName = new HashMap<>();
    private final Map<String, Caller.Client> bySubject = new HashMap<>();

    Clients(BrokerSettings settings, PolicyRules rules, RefreshTurns turns, MeterRegistry metrics, Clock clock) {
        settings.clients().forEach((name, client) -> {
            var caller = new Caller.Client(
                    name, ClientPolicy.of(name, client, rules, turns, metrics, clock), Optional.empty());
            byName.put(name, new Registered(caller, digests(client)));
            client.subject().ifPresent(subject -> bySubject.put(subject, caller));
        });
    }

    /** The client of this key, or empty. Compared in constant time: the digest is all an attacker could learn. */
    Optional<Caller.Client> of(Credential.Key credential) {
        var key = credential.key();
        return nameIn(key)
                .filter(name -> credential.client().isEmpty()
                        || credential.client().get().equals(name))
                .map(byName::get)
                .filter(client ->
                        client.knows(HashUtil.getMessageDigest(HashUtil.SHA_256).digest(key.getBytes(UTF_8))))
                .map(Registered::caller);
    }

    private static Optional<String> nameIn(String key) {
        var end = key.length() - SECRET_LENGTH - 1;
        return key.startsWith(Credential.KEY_PREFIX) && end > Credential.KEY_PREFIX.length() && key.charAt(end) == '_'
                ? Optional.of(key.substring(Credential.KEY_PREFIX.length(), end))
                : Optional.empty();
    }

    Optional<Caller.Client> bySubject(String subject) {
        return Optional.ofNullable(bySubject.get(subject));
    }

    private static List<byte[]> digests(BrokerSettings.Client client) {
        return client.keySha256().orElse(List.of()).stream()
                .map(hex -> HexFormat.of().parseHex(hex.strip().toLowerCase(Locale.ROOT)))
                .toList();
    }

    private record Registered(Caller.Client caller, List<byte[]> digests) {

        boolean knows(byte[] digest) {
            return digests.stream().anyMatch(known -> MessageDigest.isEqual(known, digest));
        }
    }
}
