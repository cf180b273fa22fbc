package io.tokenbroker.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tokenbroker.doctor.Finding.Result;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.ProviderSettings;
import io.tokenbroker.upstream.EgressPolicy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** The providers that FusionAuth or the settings name, each examined beside the others. */
final class ProviderList {

    private final BrokerSettings settings;
    private final ProbeHttp http;
    private final EgressPolicy egress;

    ProviderList(Patient patient, ProbeHttp http, EgressPolicy egress) {
        this.settings = patient.settings();
        this.http = http;
        this.egress = egress;
    }

    /** @param listed what FusionAuth lists, if the key may read that */
    List<Finding> findings(Optional<JsonNode> listed) {
        var providers = providers(listed.orElse(MissingNode.getInstance()));
        var findings = new ArrayList<Finding>();
        var usable = new ArrayList<String>();
        var examined = Beside.each(providers.values().stream()
                .<Supplier<List<Finding>>>map(
                        provider -> new ProviderChecks(provider, settings.fusionauth(), http, egress)::findings)
                .toList());
        for (var of : examined) {
            findings.addAll(of);
            if (of.stream().noneMatch(ProviderList::endsUse)) {
                usable.add(of.getFirst().subject());
            }
        }
        findings.add(
                usable.isEmpty()
                        ? Finding.fault(Check.PROVIDERS, "", "none can be used")
                        : Finding.ok(Check.PROVIDERS, "", "can be used: " + String.join(", ", usable)));
        listed.ifPresent(known -> {
            findings.addAll(application(known));
            findings.addAll(clients(providers));
        });
        return findings;
    }

    private static boolean endsUse(Finding finding) {
        return finding.result() == Result.FAULT
                || (finding.check() == Check.PROVIDER_USE && finding.result() != Result.OK);
    }

    /** FusionAuth knows the application if a provider has settings for it. */
    private List<Finding> application(JsonNode known) {
        var id = settings.fusionauth().applicationId().toString();
        for (var provider : known) {
            if (provider.path("applicationConfiguration").has(id)) {
                return List.of(Finding.ok(Check.APPLICATION, "", "a provider has settings for it"));
            }
        }
        return List.of(Finding.warning(Check.APPLICATION, "", "no provider has settings for application " + id));
    }

    private List<Finding> clients(Map<UUID, FoundProvider> providers) {
        return settings.clients().entrySet().stream()
                .flatMap(client -> client.getValue().providers().orElse(List.of()).stream()
                        .flatMap(text -> id(text.strip()).stream())
                        .filter(id -> !providers.containsKey(id))
                        .map(id -> Finding.warning(
                                Check.CLIENTS,
                                client.getKey(),
                                "may use provider %s, which is not there".formatted(id))))
                .toList();
    }

    private Map<UUID, FoundProvider> providers(JsonNode listed) {
        var all = new LinkedHashMap<UUID, FoundProvider>();
        for (var json : listed) {
            id(json.path("id").asText()).ifPresent(id -> all.put(id, FoundProvider.in(json, id, settings)));
        }
        settings.providers().forEach((key, given) -> {
            var id = ProviderSettings.id(key);
            if (given.clientId().isPresent()) {
                all.put(id, FoundProvider.given(given, id, Optional.ofNullable(all.get(id))));
            }
        });
        return all;
    }

    private static Optional<UUID> id(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }
}
