package io.tokenbroker.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tokenbroker.doctor.Finding.Result;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.ProviderSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The providers that FusionAuth or the settings name, each examined beside the others. */
final class ProviderList {

    private final BrokerSettings settings;
    private final ProbeHttp http;
    private final Consumer<Finding> found;

    ProviderList(BrokerSettings settings, ProbeHttp http, Consumer<Finding> found) {
        this.settings = settings;
        this.http = http;
        this.found = found;
    }

    /** @param listed what FusionAuth lists, if the key may read that */
    void examine(Optional<JsonNode> listed) {
        var providers = providers(listed.orElse(MissingNode.getInstance()));
        listed.ifPresent(known -> {
            found.accept(application(known));
            clients(providers).forEach(found);
        });
        var usable = Beside.each(providers.values().stream()
                        .<Supplier<Optional<String>>>map(provider -> () -> examine(provider))
                        .toList())
                .stream()
                .flatMap(Optional::stream)
                .toList();
        found.accept(
                usable.isEmpty()
                        ? Finding.fault(Check.PROVIDERS, "", "none can be used")
                        : Finding.ok(Check.PROVIDERS, "", "can be used: " + String.join(", ", usable)));
    }

    /** Its name if it can be used. */
    private Optional<String> examine(FoundProvider provider) {
        var findings = new ProviderChecks(provider, settings.fusionauth(), http).findings();
        findings.forEach(found);
        return findings.stream().anyMatch(ProviderList::endsUse) ? Optional.empty() : Optional.of(provider.name());
    }

    private static boolean endsUse(Finding finding) {
        return finding.result() == Result.FAULT
                || (finding.check() == Check.PROVIDER_USE && finding.result() != Result.OK);
    }

    /** FusionAuth knows the application if a provider has settings for it. */
    private Finding application(JsonNode known) {
        var id = settings.fusionauth().applicationId().toString();
        for (var provider : known) {
            if (provider.path("applicationConfiguration").has(id)) {
                return Finding.ok(Check.APPLICATION, "", "a provider has settings for it");
            }
        }
        return Finding.warning(Check.APPLICATION, "", "no provider has settings for application " + id);
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
