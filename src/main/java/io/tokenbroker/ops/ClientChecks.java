package io.tokenbroker.ops;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.policy.NameList;
import io.tokenbroker.settings.BrokerSettings;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether one client's settings can work. */
final class ClientChecks {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");
    private static final Pattern UUID_OR_ALL =
            Pattern.compile("\\*|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final String name;
    private final String key;
    private final BrokerSettings.Client client;
    private final Faults faults;

    ClientChecks(String name, BrokerSettings.Client client, Faults faults) {
        this.name = name;
        this.key = "broker.clients." + name;
        this.client = client;
        this.faults = faults;
    }

    void check() {
        checkIdentity();
        checkPolicy();
        faults.require(
                client.azdAccount()
                        .map(AccountId::parse)
                        .map(Optional::isPresent)
                        .orElse(true),
                key + ".azd-account",
                "must be the id of an account, as GET /accounts lists it");
        if (client.azdAccount().isPresent() && client.subjectTokenRequired()) {
            faults.add(
                    key + ".azd-account cannot work with subject-token-required, for azd has no user's token to send: "
                            + "leave one of them out");
        }
        if (client.mayListAllAccounts() && client.subjectTokenRequired()) {
            faults.add(key
                    + ".may-list-all-accounts cannot work with subject-token-required, which shows a client the accounts of "
                    + "one user at a time, by that user's token: leave one of them out");
        }
    }

    private void checkIdentity() {
        faults.require(
                NAME.matcher(name).matches(),
                key + ":",
                "a client's name has letters, digits, dot, dash, underscore, such as billing");
        faults.require(
                client.keySha256().isPresent() || client.subject().isPresent(),
                key,
                "has neither key-sha256 nor subject, so it could never prove who it is; make client NAME=%s prints the settings of one"
                        .formatted(name));
        // A digest that is none may be the key itself: it is not repeated.
        faults.require(
                client.keySha256().stream()
                        .flatMap(digests -> digests.stream())
                        .allMatch(digest -> SHA256.matcher(digest.strip()).matches()),
                key + ".key-sha256",
                "must be the SHA-256 of the key in 64 hex digits, which make client NAME=%s prints".formatted(name));
    }

    /** The digests that the text of a client's file lists, in lower case; empty if one is malformed, and none if there is no text. */
    static Optional<Set<String>> digests(String text) {
        var digests = Stream.of(text.split(",", -1))
                .map(digest -> digest.strip().toLowerCase(Locale.ROOT))
                .filter(digest -> !digest.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        return Optional.of(digests)
                .filter(all -> all.stream().allMatch(one -> SHA256.matcher(one).matches()));
    }

    private void checkPolicy() {
        faults.requireEach(
                client.providers(),
                id -> UUID_OR_ALL.matcher(id.strip()).matches(),
                key + ".providers",
                "is not the UUID of an identity provider, or * for all");
        faults.requireEach(
                client.resources(),
                entry -> NameList.isWellFormed(entry.strip()),
                key + ".resources",
                "must be a name in full, * for all, or end in /* after the host like https://a.example/*");
        faults.requireEach(
                client.scopes(),
                entry -> NameList.isWellFormed(entry.strip()),
                key + ".scopes",
                "must be a name in full, * for all, or end in /* after the host like https://a.example/*");
        faults.require(
                !client.forceRefreshInterval().isNegative(),
                key + ".force-refresh-interval",
                "must not be negative, and is 0s for no limit");
        faults.require(
                client.requestsPerMinute().orElse(1) > 0,
                key + ".requests-per-minute",
                "must be at least 1, and is left out for no limit");
    }

    static void checkSubjects(Map<String, BrokerSettings.Client> clients, Faults faults) {
        var nameOf = new HashMap<String, String>();
        clients.forEach((name, client) -> client.subject().ifPresent(subject -> {
            var other = nameOf.put(subject, name);
            faults.require(
                    other == null,
                    "broker.clients.%s.subject".formatted(name),
                    "is that of broker.clients.%s too, and must be the client's own".formatted(other));
        }));
    }
}
