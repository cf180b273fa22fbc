package io.tokenbroker.doctor;

import io.tokenbroker.settings.FusionAuthSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One provider: what FusionAuth does with it, then its endpoints. */
final class ProviderChecks {

    private static final Set<String> NO_LINKING = Set.of("Disabled", "Unsupported");
    private static final String PENDING = "CreatePendingLink";

    private final FoundProvider provider;
    private final FusionAuthSettings settings;
    private final ProbeHttp http;
    private final List<Finding> findings = new ArrayList<>();

    ProviderChecks(FoundProvider provider, FusionAuthSettings settings, ProbeHttp http) {
        this.provider = provider;
        this.settings = settings;
        this.http = http;
    }

    List<Finding> findings() {
        var leftOut = whyOff();
        if (leftOut.isPresent()) {
            return List.of(provider.leftOut(leftOut.get()));
        }
        if (isOfAnotherTenant()) {
            return List.of(provider.fault(
                    Check.PROVIDER_USE, "is of another tenant: it is offered, and FusionAuth links no account of it"));
        }
        if (provider.json().isObject()) {
            linking();
            scope();
            signIn();
        }
        findings.addAll(new ProviderEndpoints(provider, http).findings());
        return findings;
    }

    private Optional<String> whyOff() {
        var json = provider.json();
        if (!json.isObject()) {
            return Optional.empty();
        }
        if (!json.path("enabled").asBoolean()) {
            return Optional.of("it is disabled");
        }
        if (!provider.application().path("enabled").asBoolean()) {
            return Optional.of("it is not enabled for the application");
        }
        return NO_LINKING.contains(strategy())
                ? Optional.of("its linking strategy is %s".formatted(strategy()))
                : Optional.empty();
    }

    /** The broker does not look at that. */
    private boolean isOfAnotherTenant() {
        var tenant = provider.json().path("tenantId").asText("");
        return !tenant.isEmpty() && !tenant.equals(settings.tenantId().toString());
    }

    private String strategy() {
        return provider.json().path("linkingStrategy").asText("");
    }

    private void linking() {
        findings.add(
                strategy().equals(PENDING)
                        ? provider.ok(Check.PROVIDER_STRATEGY, PENDING)
                        : provider.warning(
                                Check.PROVIDER_STRATEGY,
                                "links by e-mail or user name: safe only if the provider verifies them, and one account per user"));
    }

    private void scope() {
        var scopes = List.of(provider.scope().split("\\s+", -1));
        var missing = List.of("openid", "offline_access").stream()
                .filter(scope -> !scopes.contains(scope))
                .toList();
        findings.add(
                missing.isEmpty()
                        ? provider.ok(Check.PROVIDER_SCOPE, "has openid and offline_access")
                        : provider.warning(
                                Check.PROVIDER_SCOPE,
                                "lacks %s: a sign-in on FusionAuth's own pages clears the stored refresh token"
                                        .formatted(String.join(" and ", missing))));
    }

    /** What shows that people sign in over it, which overwrites what a link holds. */
    private void signIn() {
        var signs = new ArrayList<String>();
        if (provider.application().path("createRegistration").asBoolean(true)) {
            signs.add("it registers people for the application");
        }
        if (!provider.json().path("domains").isEmpty()) {
            signs.add("it has managed domains");
        }
        var others = provider.json().path("applicationConfiguration").properties().stream()
                .filter(application -> application.getValue().path("enabled").asBoolean())
                .filter(application ->
                        !application.getKey().equals(settings.applicationId().toString()))
                .count();
        if (others > 0) {
            signs.add("it is enabled for %d other applications".formatted(others));
        }
        findings.add(
                signs.isEmpty()
                        ? provider.ok(Check.PROVIDER_SIGN_IN, "nothing shows that people sign in over it")
                        : provider.warning(
                                Check.PROVIDER_SIGN_IN,
                                "may serve sign-in too, for %s".formatted(String.join(", and ", signs))));
    }
}
