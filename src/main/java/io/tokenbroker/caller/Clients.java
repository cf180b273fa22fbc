package io.tokenbroker.caller;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenbroker.policy.ClientPolicy;
import io.tokenbroker.policy.PolicyRules;
import io.tokenbroker.policy.RefreshTurns;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.KeysWithdrawn;
import io.tokenbroker.settings.SecretsRotated;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jose4j.lang.HashUtil;

/** The configured clients: by broker key, of which only the digest is known here, or by the subject of a token. */
// Made when first asked, which is after the settings have been checked.
@ApplicationScoped
public class Clients {

    /** {@code tbk_<client>_<43 url-safe characters>}: the last are 256 bits, so a plain digest is enough to keep. */
    private static final int SECRET_LENGTH = 43;

    private final Map<String, Caller.Client> byName = new HashMap<>();
    private final Map<String, Caller.Client> bySubject = new HashMap<>();
    private volatile Map<String, List<byte[]>> digests;

    Clients(BrokerSettings settings, PolicyRules rules, RefreshTurns turns, MeterRegistry metrics, Clock clock) {
        settings.clients().forEach((name, client) -> {
            var policy = ClientPolicy.of(name, client, rules, turns, metrics, clock);
            var caller = new Caller.Client(name, policy, Optional.empty());
            byName.put(name, caller);
            client.subject().ifPresent(subject -> bySubject.put(subject, caller));
        });
        digests = digests(settings);
    }

    void rotate(@Observes SecretsRotated secrets) {
        digests = digests(secrets.settings());
    }

    void withdraw(@Observes KeysWithdrawn withdrawn) {
        digests = digests.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey,
                        client -> client.getValue().stream()
                                .filter(digest -> withdrawn.leaves(
                                        client.getKey(), HexFormat.of().formatHex(digest)))
                                .toList()));
    }

    /** The client of this key, or empty. Compared in constant time: the digest is all an attacker could learn. */
    Optional<Caller.Client> of(Credential.Key credential) {
        var key = credential.key();
        return nameIn(key)
                .filter(name -> credential.client().isEmpty()
                        || credential.client().get().equals(name))
                .filter(name -> isKnown(name, key))
                .map(byName::get);
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

    private boolean isKnown(String name, String key) {
        var known = digests.get(name);
        if (known == null) {
            return false;
        }
        var digest = HashUtil.getMessageDigest(HashUtil.SHA_256).digest(key.getBytes(UTF_8));
        return known.stream().anyMatch(one -> MessageDigest.isEqual(one, digest));
    }

    private static Map<String, List<byte[]>> digests(BrokerSettings settings) {
        return settings.clients().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, client -> digests(client.getValue())));
    }

    private static List<byte[]> digests(BrokerSettings.Client client) {
        return client.keySha256().orElse(List.of()).stream()
                .map(hex -> HexFormat.of().parseHex(hex.strip().toLowerCase(Locale.ROOT)))
                .toList();
    }
}
