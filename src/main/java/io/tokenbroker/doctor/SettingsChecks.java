package io.tokenbroker.doctor;

import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.upstream.AddressKind;
import io.tokenbroker.upstream.Cleartext;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What the settings say by themselves. */
final class SettingsChecks {

    private final Patient patient;
    private final BrokerSettings settings;

    SettingsChecks(Patient patient) {
        this.patient = patient;
        this.settings = patient.settings();
    }

    List<Finding> findings() {
        var findings = new ArrayList<Finding>();
        patient.faults().forEach(fault -> findings.add(Finding.fault(Check.SETTINGS, "", fault)));
        if (findings.isEmpty()) {
            findings.add(Finding.ok(Check.SETTINGS, "", "the broker takes its settings"));
        }
        if (patient.isSound("broker.authorization.")) {
            settings.authorization().redirectUris().forEach(uri -> findings.add(redirectUri(URI.create(uri.strip()))));
            findings.add(pkce());
        }
        if (patient.isSound("broker.clients.")) {
            findings.addAll(clients());
        }
        if (patient.isSound("broker.audit.")) {
            settings.audit().file().ifPresent(file -> findings.add(auditFile(Path.of(file))));
        }
        if (patient.isSound("broker.fusionauth.", "broker.store.")) {
            findings.addAll(encryption());
        }
        return findings;
    }

    /**
     * One after the other, as they are taken.
     *
     * @param objection why nothing may be sent to a URL
     */
    Stream<Finding> receivers(Function<URI, Optional<String>> objection) {
        return settings.events().entrySet().stream()
                .map(receiver -> objection
                        .apply(receiver.getValue().url())
                        .map(why -> Finding.fault(Check.RECEIVERS, receiver.getKey(), "its URL " + why))
                        .orElseGet(() -> Finding.ok(Check.RECEIVERS, receiver.getKey(), "events may be sent there")));
    }

    /** By the rights alone, for a file that is opened may be one that is made. */
    private static Finding auditFile(Path file) {
        var name = file.toString();
        if (Files.exists(file)) {
            return !Files.isDirectory(file) && Files.isReadable(file) && Files.isWritable(file)
                    ? Finding.ok(Check.AUDIT_FILE, name, "can be written to")
                    : Finding.fault(Check.AUDIT_FILE, name, "is no file that the broker can write to and read");
        }
        var folder = Stream.iterate(file.toAbsolutePath().getParent(), Objects::nonNull, Path::getParent)
                .filter(Files::exists)
                .findFirst();
        return folder.filter(Files::isDirectory).filter(Files::isWritable).isPresent()
                ? Finding.ok(Check.AUDIT_FILE, name, "is not there yet; the broker can make it")
                : Finding.fault(Check.AUDIT_FILE, name, "is not there, and the broker cannot make it");
    }

    private List<Finding> encryption() {
        var warnings = Cleartext.warnings(settings).entrySet().stream()
                .map(warning -> Finding.warning(Check.ENCRYPTION, warning.getKey(), warning.getValue()))
                .toList();
        return warnings.isEmpty()
                ? List.of(Finding.ok(
                        Check.ENCRYPTION, "", "FusionAuth and the store are on this machine, or reached by TLS"))
                : warnings;
    }

    private Finding redirectUri(URI uri) {
        if (String.valueOf(uri.getPath()).endsWith("/oauth2/callback")) {
            return Finding.fault(
                    Check.REDIRECT_URIS,
                    uri.toString(),
                    "looks like FusionAuth's own callback, which would spend the code before the broker gets it");
        }
        return uri.getScheme().equals("https") || AddressKind.isLoopback(uri.getHost())
                ? Finding.ok(Check.REDIRECT_URIS, uri.toString(), "can be one")
                : Finding.warning(
                        Check.REDIRECT_URIS, uri.toString(), "is not https, which Entra takes for localhost alone");
    }

    private Finding pkce() {
        return settings.authorization().pkce()
                ? Finding.ok(Check.PKCE, "", "on")
                : Finding.warning(
                        Check.PKCE, "", "off: a code that is stolen on its way is enough to link the account");
    }

    private List<Finding> clients() {
        if (settings.clients().isEmpty()) {
            return List.of(Finding.warning(Check.CLIENTS, "", "there is none, so no back end can mint"));
        }
        return settings.clients().entrySet().stream()
                .map(client -> client(client.getKey(), client.getValue()))
                .toList();
    }

    private static Finding client(String name, BrokerSettings.Client client) {
        if (isNothing(client.providers())) {
            return Finding.warning(Check.CLIENTS, name, "may do nothing, for it has no providers");
        }
        var mayMint = !isNothing(client.resources());
        if (client.mayListAllAccounts()) {
            return Finding.ok(Check.CLIENTS, name, mayMint ? "may mint and list" : "may list, and mint nothing");
        }
        if (mayMint) {
            return Finding.ok(Check.CLIENTS, name, "may mint");
        }
        return client.subjectTokenRequired()
                ? Finding.warning(
                        Check.CLIENTS,
                        name,
                        "may do nothing, for it has no resources, and its key reads no accounts (subject-token-required)")
                : Finding.ok(Check.CLIENTS, name, "may read accounts, and mint nothing");
    }

    private static boolean isNothing(Optional<List<String>> list) {
        return list.orElse(List.of()).stream().allMatch(String::isBlank);
    }
}
