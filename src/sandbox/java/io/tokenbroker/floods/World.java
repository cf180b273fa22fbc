package io.tokenbroker.floods;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.EarlierLink;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/** The packaged broker with its stand-ins, a client and a user who flood, and a client who wants its tokens meanwhile. */
final class World implements AutoCloseable {

    static final String FLOOD_KEY = key("flood");
    static final String CALM_KEY = key("calm");

    private static final int ACCOUNTS = 100;
    private static final int USERS = 20;

    /** A tenant across the internet. */
    private static final Duration LATENCY = Duration.ofMillis(50);

    private final Sandbox sandbox = Sandbox.start(0, 0);
    private final UUID floodUser;
    private final List<String> floodAccounts;
    private final List<String> calmAccounts;
    private final BrokerProcess broker;

    World(Scale scale) {
        sandbox.entra().directory().addGenerated(2 * ACCOUNTS + 1);
        var floodUsers = users("flood");
        floodUser = floodUsers.getFirst();
        floodAccounts = accounts(floodUsers, 1);
        calmAccounts = accounts(users("calm"), ACCOUNTS + 1);
        sandbox.entra().faults().add(EntraFault.slow(LATENCY));
        broker = new BrokerProcess("floods", settings(scale)).asInTheImage().start();
    }

    private List<UUID> users(String name) {
        return IntStream.range(0, USERS)
                .mapToObj(i -> sandbox.fusionAuth()
                        .addUser("%s-%d@example.com".formatted(name, i), name)
                        .id())
                .toList();
    }

    private List<String> accounts(List<UUID> users, int from) {
        var earlier = new EarlierLink(sandbox);
        return IntStream.range(from, from + ACCOUNTS)
                .mapToObj(i -> earlier.add(users.get((i - from) % USERS), Sandbox.CONTOSO, Tenant.CONTOSO, email(i)))
                .map(link -> new AccountId(link.identityProviderId(), link.identityProviderUserId()).toString())
                .toList();
    }

    private static String email(int number) {
        return "user-%04d@contoso.com".formatted(number);
    }

    private Map<String, String> settings(Scale scale) {
        var settings = new HashMap<>(sandbox.settings());
        settings.putAll(client("flood", FLOOD_KEY));
        settings.putAll(client("calm", CALM_KEY));
        settings.put("broker.clients.flood.requests-per-minute", String.valueOf(scale.limit()));
        settings.put("broker.clients.flood.azd-account", floodAccounts.getFirst());
        settings.put("broker.users.requests-per-minute", String.valueOf(scale.limit()));
        settings.put("quarkus.log.level", "INFO");
        // The pending link that is resolved again and again must outlive all floods.
        settings.put("broker.authorization.state-lifetime", "1h");
        return settings;
    }

    private static Map<String, String> client(String name, String key) {
        var prefix = "broker.clients." + name + ".";
        return Map.of(
                prefix + "key-sha256", sha256(key),
                prefix + "providers", "*",
                prefix + "resources", "*",
                prefix + "force-refresh-interval", "0s");
    }

    URI broker() {
        return broker.url();
    }

    Sandbox sandbox() {
        return sandbox;
    }

    UUID floodUser() {
        return floodUser;
    }

    /** The flooding user's access token. */
    String floodToken() {
        return sandbox.fusionAuth().accessToken(floodUser);
    }

    List<String> floodAccounts() {
        return floodAccounts;
    }

    List<String> calmAccounts() {
        return calmAccounts;
    }

    /** Of a person who has linked nothing so far. */
    String newcomer() {
        return email(2 * ACCOUNTS + 1);
    }

    @Override
    public void close() {
        broker.close();
        sandbox.close();
    }

    private static String key(String client) {
        return IssuedSecrets.record("tbk_" + client + "_" + "OnlyForTheFloodsAndForNothingElseAtAll00000");
    }

    private static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
