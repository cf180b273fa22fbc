package io.tokenbroker.doctor;

import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.upstream.AddressKind;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
            findings.add(Finding.ok(Check.SETTINGS, "", "a broker starts with them"));
        }
        if (patient.isSound("broker.authorization.")) {
            settings.authorization().redirectUris().forEach(uri -> findings.add(redirectUri(URI.create(uri.strip()))));
            findings.add(pkce());
        }
        if (patient.isSound("broker.clients.")) {
            findings.addAll(clients());
        }
        return findings;
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
        var lacks = new ArrayList<String>();
        if (isNothing(client.providers())) {
            lacks.add("providers");
        }
        if (isNothing(client.resources())) {
            lacks.add("resources");
        }
        if (client.mayListAllAccounts()) {
            return Finding.ok(
                    Check.CLIENTS, name, lacks.isEmpty() ? "may mint and list" : "may list, and mint nothing");
        }
        return lacks.isEmpty()
                ? Finding.ok(Check.CLIENTS, name, "may mint")
                : Finding.warning(
                        Check.CLIENTS,
                        name,
                        "may do nothing, for it has no %s".formatted(String.join(" and no ", lacks)));
    }

    private static boolean isNothing(Optional<List<String>> list) {
        return list.orElse(List.of()).stream().allMatch(String::isBlank);
    }
}
