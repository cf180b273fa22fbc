package io.tokenbroker.ops;

import io.quarkus.scheduler.Scheduled;
import io.tokenbroker.fusionauth.UserApi;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.tenant.HeldBack.RefusedClients;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once the providers have been read. It stays so through an outage of FusionAuth: all replicas share it, cached
 * tokens are served while their links are remembered ({@code broker.accounts.recheck-after}), and refusals then say what
 * is wrong.
 */
@Readiness
@ApplicationScoped
class ProvidersReady implements HealthCheck {

    private final Providers providers;
    private final RefusedClients refusedClients;

    ProvidersReady(Providers providers, RefusedClients refusedClients) {
        this.providers = providers;
        this.refusedClients = refusedClients;
    }

    @Override
    public HealthCheckResponse call() {
        var known = providers.known();
        var report = HealthCheckResponse.named("providers").status(known.readAt() != null);
        providers.whyNotLoaded().ifPresent(why -> report.withData("last attempt failed", why.detail()));
        if (known.readAt() != null) {
            report.withData("read_at", known.readAt().toString());
            report.withData(
                    "usable",
                    known.usable().values().stream()
                            .map(Provider::name)
                            .sorted()
                            .collect(Collectors.joining(", ")));
            known.unusable().forEach((id, reason) -> report.withData("left out: " + id, reason));
            known.usable()
                    .values()
                    .forEach(provider -> refusedClients
                            .known(provider.tokenEndpoint())
                            .ifPresent(refusal -> report.withData("refused: " + provider.id(), sentence(refusal))));
            report.withData(
                    "note",
                    "Keep these identity providers for linking only: a login over one without offline_access clears its refresh token.");
        }
        return report.build();
    }

    private static String sentence(RefusedClients.Refusal refusal) {
        var said = refusal.why().upstream();
        return "since %s its tenant does not accept the client: %s %s; mend the identity provider in FusionAuth"
                .formatted(
                        refusal.since(),
                        Optional.ofNullable(said.error()).orElse(""),
                        Optional.ofNullable(said.errorCodes()).orElse(List.of()));
    }

    /** Not ready while the API key may not read users: then no link's owner can be read, and nothing is minted. */
    @Readiness
    @ApplicationScoped
    static class UsersReadable implements HealthCheck {

        private final UserApi users;
        private final boolean isRequired;
        private volatile boolean isRefused;

        UsersReadable(UserApi users, BrokerSettings settings) {
            this.users = users;
            this.isRequired = settings.accounts().requireActiveUser();
        }

        @Scheduled(every = "30s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
        void ask() {
            if (isRequired) {
                // An outage says nothing of the key.
                users.isReadable().ifPresent(readable -> isRefused = !readable);
            }
        }

        /** The replica is ready again within seconds after the key is mended, or a new one taken. */
        @Scheduled(every = "5s", delayed = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
        void askWhileRefused() {
            if (isRefused) {
                ask();
            }
        }

        @Override
        public HealthCheckResponse call() {
            var report = HealthCheckResponse.named("users").status(!isRefused);
            if (isRefused) {
                report.withData(
                        "refused",
                        "FusionAuth's API key may not read users: give it GET on /api/user, or set broker.accounts.require-active-user=false, which mints for deactivated users too");
            }
            return report.build();
        }
    }
}
